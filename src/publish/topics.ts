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

/** Builds every topic that the program publishes. */
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
}

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
  };
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
