import { z } from 'zod';
import { Id } from '../detect/event.js';
import { WordwatchError } from '../shared/errors.js';

/** What all topics begin with: one or more levels of letters, digits, _ and -. */
export const TopicPrefix = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,64}(\/[A-Za-z0-9_-]{1,64}){0,7}$/,
    'letters, digits, _ and -, levels separated by /',
  );

/** A camera and a rule that watches it. */
export interface Pair {
  cameraId: string;
  ruleId: string;
}

/** What can be commanded about a rule on a camera. */
export type CommandKind = 'set' | 'snooze' | 'budget';

/** Builds every topic that the program publishes or listens to. */
export interface Topics {
  /** `online` / `offline` of the program itself; its last will. */
  readonly status: string;
  /** Every event, for one subscription. */
  readonly events: string;
  /** What is wrong with the rule files, as a JSON list of sentences; empty when the newest rules are in force. */
  readonly problems: string;
  cameraStatus(cameraId: string): string;
  state(pair: Pair): string;
  score(pair: Pair): string;
  event(pair: Pair): string;
  attributes(pair: Pair): string;
  snapshot(pair: Pair): string;
  /** Whether the rule raises events there. */
  enabled(pair: Pair): string;
  /** Minutes for which it raises none. */
  snooze(pair: Pair): string;
  /** False alarms a day that its threshold is for. */
  budget(pair: Pair): string;
  /** Where a command about the pair is given. */
  command(pair: Pair, kind: CommandKind): string;
  /** All topics of commands, as subscriptions. */
  readonly commandFilters: readonly string[];
  /** What a topic commands; null: nothing of ours. */
  commandOf(topic: string): { pair: Pair; kind: CommandKind } | null;
}

const COMMAND_LEAVES: Record<CommandKind, string> = {
  set: 'set',
  snooze: 'snooze/set',
  budget: 'budget/set',
};
const COMMAND_KINDS = Object.keys(COMMAND_LEAVES) as CommandKind[];

/**
 * Topics below a prefix. Prefix and ids are checked here once more, whatever was checked before: nothing a user types
 * can put `+`, `#`, NUL or a level of its own into a topic.
 * @throws WordwatchError `bad-topic` when the prefix, or later an id, could
 */
export function createTopics(prefix: string): Topics {
  const root = checked(TopicPrefix, prefix, 'MQTT prefix');
  const camera = (cameraId: string) => `${root}/${checked(Id, cameraId, 'camera id')}`;
  const of = (leaf: string) => (pair: Pair) =>
    `${camera(pair.cameraId)}/${checked(Id, pair.ruleId, 'rule id')}/${leaf}`;
  return {
    status: `${root}/status`,
    events: `${root}/events`,
    problems: `${root}/problems`,
    cameraStatus: (cameraId) => `${camera(cameraId)}/status`,
    state: of('state'),
    score: of('score'),
    event: of('event'),
    attributes: of('attributes'),
    snapshot: of('snapshot'),
    enabled: of('enabled'),
    snooze: of('snooze'),
    budget: of('budget'),
    command: (pair, kind) => of(COMMAND_LEAVES[kind])(pair),
    commandFilters: COMMAND_KINDS.map((kind) => `${root}/+/+/${COMMAND_LEAVES[kind]}`),
    commandOf: (topic) => (topic.startsWith(`${root}/`) ? commandIn(topic.slice(root.length + 1)) : null),
  };
}

/** @param path what follows the prefix */
function commandIn(path: string): { pair: Pair; kind: CommandKind } | null {
  const [cameraId, ruleId, ...rest] = path.split('/');
  const leaf = rest.join('/');
  const kind = COMMAND_KINDS.find((known) => COMMAND_LEAVES[known] === leaf);
  if (!kind || !Id.safeParse(cameraId).success || !Id.safeParse(ruleId).success) return null;
  return { pair: { cameraId: cameraId!, ruleId: ruleId! }, kind };
}

function checked(schema: z.ZodString, value: string, what: string): string {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new WordwatchError(
    'bad-topic',
    `${what} ${JSON.stringify(value)} cannot be part of an MQTT topic: expected ${result.error.issues[0]!.message}`,
    { userInput: true },
  );
}
