import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { SwitchedPair } from '../shared/rule-switch.js';

/** What people switched about a rule on a camera. */
export interface StoredSwitch extends SwitchedPair {
  enabled: boolean;
  snoozedUntilMs: number | null;
  /** False alarms a day instead of `ruleBudgetPerDay`; null: nobody changed it. */
  budgetPerDay: number | null;
  /** What the rule itself said when that was changed. */
  ruleBudgetPerDay: number | null;
}

/** Switches, one row a rule and camera that somebody ever switched. */
export class SwitchStore {
  readonly #database: DatabaseSyncInstance;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  list(): StoredSwitch[] {
    const rows = this.#database
      .prepare(
        `SELECT camera_id AS cameraId, rule_id AS ruleId, enabled, snoozed_until_ms AS snoozedUntilMs,
           budget_per_day AS budgetPerDay, rule_budget_per_day AS ruleBudgetPerDay FROM switches`,
      )
      .all() as unknown as (Omit<StoredSwitch, 'enabled'> & { enabled: number })[];
    return rows.map((row) => ({ ...row, enabled: row.enabled === 1 }));
  }

  put({ cameraId, ruleId, enabled, snoozedUntilMs, budgetPerDay, ruleBudgetPerDay }: StoredSwitch): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO switches VALUES (?, ?, ?, ?, ?, ?)')
      .run(cameraId, ruleId, enabled ? 1 : 0, snoozedUntilMs, budgetPerDay, ruleBudgetPerDay);
  }
}
