import { z } from 'zod';
import type { Bus } from '../bus.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import {
  type SwitchBoard,
  SwitchChange,
  type SwitchedPair,
  type SwitchState,
  snoozeLeftMin,
} from '../shared/rule-switch.js';
import type { Logger } from '../telemetry/logger.js';
import type { IncomingMessage, MqttPart, Outlet } from './mqtt-part.js';
import type { CommandKind, Pair, Topics } from './topics.js';

/** Far more than any command needs. */
const PAYLOAD_LIMIT_BYTES = 32;
/** How often the minutes left are looked at. */
const TICK_MS = 5_000;
/** At most one warning so often: whoever may publish must not be able to fill the log. */
const WARN_PERIOD_MS = 10_000;

const OnOff = z.enum(['ON', 'OFF']).transform((text) => text === 'ON');
const Decimal = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,6})?$/, 'a number')
  .transform(Number);

/** What each command's payload says. */
const COMMANDS = {
  set: OnOff.transform((enabled) => ({ enabled })),
  snooze: Decimal.transform((snoozeMin) => ({ snoozeMin })),
  budget: Decimal.transform((budgetPerDay) => ({ budgetPerDay })),
} satisfies Record<CommandKind, z.ZodType<SwitchChange>>;

/** What {@link createMqttCommands} needs. */
export interface MqttCommandsOptions {
  topics: Topics;
  switches: SwitchBoard;
  /** All rules on all cameras. */
  pairs: () => readonly Pair[];
  bus: Bus;
  logger: Logger;
  clock?: Clock;
}

/**
 * Takes commands (`…/set`, `…/snooze/set`, `…/budget/set`) and tells with retained topics (`…/enabled`, `…/snooze`,
 * `…/budget`) what is in force. What is no valid command changes nothing and is only logged.
 */
export function createMqttCommands(options: MqttCommandsOptions): MqttPart {
  return new Commands(options);
}

class Commands implements MqttPart {
  readonly filters: readonly string[];
  readonly #options: MqttCommandsOptions;
  readonly #told = new Map<string, Pair>();
  /** Those of which the minutes left go down. */
  readonly #snoozed = new Set<Pair>();
  #outlet: Outlet | null = null;
  #timer: NodeJS.Timeout | null = null;
  #warnedAtMs = Number.NEGATIVE_INFINITY;
  #ignored = 0;

  constructor(options: MqttCommandsOptions) {
    this.#options = options;
    this.filters = options.topics.commandFilters;
  }

  start(outlet: Outlet): void {
    this.#outlet = outlet;
    this.#tellAll();
    const { bus } = this.#options;
    bus.on('switch', this.#onSwitch);
    bus.on('rules', this.#tellAll);
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    const { bus } = this.#options;
    bus.off('switch', this.#onSwitch);
    bus.off('rules', this.#tellAll);
    if (this.#timer) clearInterval(this.#timer);
  }

  onMessage({ topic, payload, retain }: IncomingMessage): void {
    const command = this.#options.topics.commandOf(topic);
    // A command that the broker kept was meant for the time it was given, not for every reconnect.
    if (retain || payload.length === 0) return;
    if (command === null) {
      this.#refuse('no camera and rule can have such names', 'a command topic');
      return;
    }
    const change = parse(command.kind, payload);
    if (typeof change === 'string') {
      this.#refuse(change, topic);
      return;
    }
    try {
      const state = this.#options.switches.set(command.pair, change);
      if (state === null) this.#refuse('there is no such rule on such a camera', topic);
    } catch (error) {
      this.#refuse(messageOf(error), topic);
    }
  }

  readonly #onSwitch = (pair: SwitchedPair, state: SwitchState): void => this.#tell(pair, state);

  readonly #tellAll = (): void => {
    const pairs = new Map(this.#options.pairs().map((pair) => [`${pair.cameraId}/${pair.ruleId}`, pair]));
    for (const [key, pair] of this.#told) if (!pairs.has(key)) this.#forget(key, pair);
    for (const [key, pair] of pairs) {
      const state = this.#options.switches.get(pair);
      if (!state) continue;
      this.#told.set(key, pair);
      this.#tell(pair, state);
    }
  };

  #tick(): void {
    for (const pair of [...this.#snoozed]) {
      this.#snoozed.delete(pair);
      const state = this.#options.switches.get(pair);
      if (state) this.#tell(pair, state);
    }
  }

  #tell(pair: SwitchedPair, state: SwitchState): void {
    const { topics, clock = systemClock } = this.#options;
    const leftMin = snoozeLeftMin(state, clock.nowMs());
    if (leftMin > 0) this.#snoozed.add(pair);
    this.#outlet?.set(topics.enabled(pair), state.enabled ? 'ON' : 'OFF');
    this.#outlet?.set(topics.snooze(pair), String(leftMin));
    if (state.budgetPerDay === null) this.#outlet?.remove(topics.budget(pair));
    else this.#outlet?.set(topics.budget(pair), String(state.budgetPerDay));
  }

  #forget(key: string, pair: Pair): void {
    const { topics } = this.#options;
    this.#told.delete(key);
    for (const topicOf of [topics.enabled, topics.snooze, topics.budget]) this.#outlet?.remove(topicOf(pair));
  }

  #refuse(reason: string, topic: string): void {
    const { logger, clock = systemClock } = this.#options;
    this.#ignored++;
    if (clock.nowMs() - this.#warnedAtMs < WARN_PERIOD_MS) return;
    logger.warn({ topic, reason, ignored: this.#ignored }, 'MQTT command ignored');
    this.#warnedAtMs = clock.nowMs();
    this.#ignored = 0;
  }
}

/** @returns the change, or why it is none */
function parse(kind: CommandKind, payload: Buffer): SwitchChange | string {
  if (payload.length > PAYLOAD_LIMIT_BYTES) return `more than ${PAYLOAD_LIMIT_BYTES} bytes`;
  const said = COMMANDS[kind].safeParse(payload.toString('utf8'));
  const change = said.success ? SwitchChange.safeParse(said.data) : said;
  return change.success ? change.data : `expected ${EXPECTED[kind]}`;
}

const EXPECTED: Record<CommandKind, string> = {
  set: 'ON or OFF',
  snooze: 'minutes, 0 to 1440',
  budget: 'alarms a day, more than 0 and at most 1000',
};
