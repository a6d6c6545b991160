import { runApp } from '../app.js';
import { type Config, type Environment, formatProblem, loadConfig } from '../config/index.js';
import { WordwatchError } from '../shared/errors.js';
import { createLogger, type LogFormat } from '../telemetry/logger.js';
import { type Output, writeEvent } from './output.js';

/** What {@link runRun} is asked to do. */
export interface RunOptions {
  /** Path of the config file. */
  config: string;
  /** How stderr talks; null: as the configuration says. */
  logFormat: LogFormat | null;
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
export async function runRun(options: RunOptions): Promise<number> {
  const { config: path, pageFolder, version, env, output, signal } = options;
  const { config, rules, problems, notes } = await loadConfig(path, { env });
  const format = options.logFormat ?? config?.log.format ?? 'pretty';
  const logger = createLogger({ ...config?.log, format });
  const isTalk = format === 'pretty';
  for (const problem of problems.map(formatProblem))
    if (isTalk) output.stderr(`${problem}\n`);
    else logger.error({ problem }, 'configuration or rules are wrong');
  if (!config || !rules) return 2;
  for (const note of notes.map(formatProblem))
    if (isTalk) output.stderr(`note: ${note}\n`);
    else logger.warn({ note }, 'note on the configuration or rules');
  if (rules.filter(({ enabled }) => enabled).length === 0) {
    throw new WordwatchError('no-rules', `${path}: there is no rule to watch for`, { userInput: true });
  }
  await runApp({
    config,
    rules,
    env,
    pageFolder,
    version,
    ...{ logger, signal },
    onEvent: (event) => writeEvent(event, output),
    onReady: ({ pageUrl, brokerUrl, model }) => {
      const cameras = config.cameras.filter(({ enabled }) => enabled).length;
      if (!isTalk) {
        logger.info({ cameras, rules: rules.length, pageUrl, model: model.name }, 'watching');
        return;
      }
      const lines = [
        `Watching ${cameras} cameras with ${rules.length} rules.`,
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
