import type { Bus } from '../bus.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { SwitchBoard, SwitchChange, SwitchedPair, SwitchState } from '../shared/rule-switch.js';
import type { StoredSwitch, SwitchStore } from '../store/switch-store.js';
import type { Logger } from '../telemetry/logger.js';
import type { RuleBook } from './rule-book.js';

/** The switches of one camera's rules, as those ask who watch it. */
export interface CameraSwitches {
  /** Whether a rule is to raise nothing at the moment: it is switched off or snoozed. */
  isMuted(ruleId: string): boolean;
  /** False alarms a day that the rule's threshold is to be for; null: its threshold is fixed. */
  budgetPerDay(ruleId: string): number | null;
}

/** What {@link RuleSwitches} needs. */
export interface RuleSwitchesOptions {
  store: SwitchStore;
  /** Rules in force. */
  book: () => Pick<RuleBook, 'rules' | 'plans'>;
  cameraIds: readonly string[];
  bus: Bus;
  logger: Logger;
  clock?: Clock;
}

/**
 * What people switch about rules while the program runs, whoever they tell it: in force at once and, as it is kept in the
 * database, after a restart. A muted rule raises nothing, but what its scores usually are goes on being learned.
 */
export class RuleSwitches implements SwitchBoard {
  readonly #options: RuleSwitchesOptions;
  readonly #stored: Map<string, StoredSwitch>;

  constructor(options: RuleSwitchesOptions) {
    this.#options = options;
    this.#stored = new Map(options.store.list().map((row) => [keyOf(row), row]));
  }

  get(pair: SwitchedPair): SwitchState | null {
    const { book, cameraIds } = this.#options;
    const rule = book().rules.find(({ id }) => id === pair.ruleId);
    if (!rule || !cameraIds.includes(pair.cameraId)) return null;
    if (rule.cameras !== null && !rule.cameras.includes(pair.cameraId)) return null;
    const { enabled = true, snoozedUntilMs = null } = this.#stored.get(keyOf(pair)) ?? {};
    return {
      enabled,
      snoozedUntilMs: snoozedUntilMs !== null && snoozedUntilMs > this.#nowMs() ? snoozedUntilMs : null,
      budgetPerDay: this.#budgetOf(pair),
    };
  }

  set(pair: SwitchedPair, { enabled, snoozeMin, budgetPerDay }: SwitchChange): SwitchState | null {
    const before = this.get(pair);
    if (before === null) return null;
    const { cameraId, ruleId } = pair;
    if (budgetPerDay !== undefined && before.budgetPerDay === null) {
      throw new WordwatchError('no-budget', `rule ${ruleId} has a fixed threshold and therefore no budget`, {
        hint: 'Give the rule a budget instead of a threshold.',
        userInput: true,
      });
    }
    const old = this.#stored.get(keyOf(pair));
    const budget =
      budgetPerDay === undefined
        ? { budgetPerDay: old?.budgetPerDay ?? null, ruleBudgetPerDay: old?.ruleBudgetPerDay ?? null }
        : { budgetPerDay, ruleBudgetPerDay: this.#ruleBudgetOf(ruleId) };
    const snoozedUntilMs = snoozeMin === undefined ? before.snoozedUntilMs : this.#untilMs(snoozeMin);
    const row = { cameraId, ruleId, enabled: enabled ?? before.enabled, snoozedUntilMs, ...budget };
    this.#stored.set(keyOf(pair), row);
    this.#write(row);
    const state = this.get(pair)!;
    this.#options.logger.info({ cameraId, ruleId, ...state }, 'rule switched');
    this.#options.bus.emit('switch', { cameraId, ruleId }, state);
    return state;
  }

  /** The part that concerns one camera. */
  ofCamera(cameraId: string): CameraSwitches {
    return {
      isMuted: (ruleId) => {
        const row = this.#stored.get(keyOf({ cameraId, ruleId }));
        return row !== undefined && (!row.enabled || (row.snoozedUntilMs ?? 0) > this.#nowMs());
      },
      budgetPerDay: (ruleId) => this.#budgetOf({ cameraId, ruleId }),
    };
  }

  /** A rule that was given another budget in its file since counts more than what was switched before. */
  #budgetOf(pair: SwitchedPair): number | null {
    const ruleBudget = this.#ruleBudgetOf(pair.ruleId);
    const row = this.#stored.get(keyOf(pair));
    const isSwitched = ruleBudget !== null && row?.ruleBudgetPerDay === ruleBudget;
    return isSwitched ? (row.budgetPerDay ?? ruleBudget) : ruleBudget;
  }

  #ruleBudgetOf(ruleId: string): number | null {
    const plan = this.#options.book().plans.get(ruleId);
    return plan?.kind === 'calibrated' ? plan.budgetPerDay : null;
  }

  #untilMs(snoozeMin: number): number | null {
    return snoozeMin === 0 ? null : this.#nowMs() + snoozeMin * 60_000;
  }

  /** What a person switched counts, whether or not it can be written. */
  #write(row: StoredSwitch): void {
    try {
      this.#options.store.put(row);
    } catch (error) {
      const { cameraId, ruleId } = row;
      const fields = { cameraId, ruleId, reason: messageOf(error) };
      this.#options.logger.error(fields, 'rule switched until the next restart only: it cannot be written');
    }
  }

  #nowMs(): number {
    return (this.#options.clock ?? systemClock).nowMs();
  }
}

function keyOf({ cameraId, ruleId }: SwitchedPair): string {
  return `${cameraId}/${ruleId}`;
}
