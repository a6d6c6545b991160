import { runApp } from '../app.js';
import { type Config, type Environment, formatProblem, loadConfig } from '../config/index.js';
import { WordwatchError } from '../shared/errors.js';
import { createLogger } from '../telemetry/logger.js';
import { type Output, writeEvent } from './output.js';

/** What {@link runRun} is asked to do. */
export interface RunOptions {
  /** Path of the config file. */
  config: string;
  /** Folder of the built page. */
  pageFolder: string;
  /** Of this program. */
  version: string;
  env: Environment;
  output: Output;
  signal: AbortSignal;
}

/**
 * The service, until it is stopped.
 * @returns the exit code
 */
export async function runRun({
  config: path,
  pageFolder,
  version,
  env,
  output,
  signal,
}: RunOptions): Promise<number> {
  const { config, rules, problems, notes } = await loadConfig(path, { env });
  for (const problem of problems) output.stderr(`${formatProblem(problem)}\n`);
  if (!config || !rules) return 2;
  for (const note of notes) output.stderr(`note: ${formatProblem(note)}\n`);
  if (rules.filter(({ enabled }) => enabled).length === 0) {
    throw new WordwatchError('no-rules', `${path}: there is no rule to watch for`, { userInput: true });
  }
  await runApp({
    config,
    rules,
    env,
    pageFolder,
    version,
    logger: createLogger(config.log),
    signal,
    onEvent: (event) => writeEvent(event, output),
    onReady: ({ pageUrl, brokerUrl, model }) => {
      const lines = [
        `Watching ${config.cameras.filter(({ enabled }) => enabled).length} cameras with ${rules.length} rules.`,
        `  page   ${pageUrl}`,
        ...(brokerUrl ? [`  MQTT   ${subscribeCommand(brokerUrl, config.mqtt)}`] : []),
        `  model  ${model.name}${model.notice ? `: ${model.notice}` : ''}`,
        'Stop with Ctrl-C.',
      ];
      output.stderr(`${lines.join('\n')}\n`);
    },
  });
  return 0;
}

/** A line to copy. Passwords are not shown: it stands in logs. */
function subscribeCommand(brokerUrl: string, { prefix, username, users, tls }: Config['mqtt']): string {
  const { hostname, port } = new URL(brokerUrl);
  const user = username ?? users[0]?.name;
  const options = [
    `-h ${hostname.replace(/^\[|\]$/g, '')}`,
    ...(port ? [`-p ${port}`] : []),
    ...(tls?.ca ? [`--cafile ${tls.ca}`] : []),
    ...(user ? [`-u ${user} -P PASSWORD`] : []),
  ];
  return `mosquitto_sub ${options.join(' ')} -t '${prefix}/events'`;
}
