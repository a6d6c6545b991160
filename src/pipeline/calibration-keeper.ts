import { RuleCalibration, type RuleCalibrationOptions } from '../rules/calibration/rule-calibration.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import { type CalibrationId, type CalibrationStore, textOf } from '../store/calibration-store.js';
import type { Logger } from '../telemetry/logger.js';

/** How often it is looked for states that are to be written. */
const LOOK_PERIOD_MS = 60_000;
/**
 * A state is some 50 kB, and changes with every frame. A power cut may take this part of the footage it is made of, so that
 * a hundred rules on sixteen cameras do not wear out a disk.
 */
const LOSABLE_PART = 0.01;
const MAX_WRITE_PERIOD_MS = 30 * 60_000;

/** A calibration in use. `calibration` is replaced when another program has written it: ask for it anew every time. */
export interface LiveCalibration {
  readonly id: CalibrationId;
  calibration: RuleCalibration;
}

interface Entry extends LiveCalibration {
  options: RuleCalibrationOptions;
  modelHash: string;
  revision: number;
  changed: boolean;
  /** Of the last write. */
  writtenAtMs: number;
}

/** What {@link CalibrationKeeper} needs. */
export interface CalibrationKeeperOptions {
  /** null: calibrations live and end with the program. */
  store: CalibrationStore | null;
  /** Uses what is in the store and changes nothing there. */
  readOnly?: boolean;
  /** Of the model that scores; one at a server is known when it was reached. */
  modelHash: () => string;
  logger: Logger;
  clock?: Clock;
}

/** Every calibration that the program works with, and its way to the database and back. */
export class CalibrationKeeper implements Disposable {
  readonly #options: CalibrationKeeperOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #timer: NodeJS.Timeout | null;
  #failing = false;

  constructor(options: CalibrationKeeperOptions) {
    this.#options = options;
    this.#timer =
      options.store && !options.readOnly ? setInterval(() => this.#writeDue(), LOOK_PERIOD_MS).unref() : null;
  }

  /** The calibration of that id: the one in use, else the one in the database, else a fresh one. */
  open(id: CalibrationId, options: RuleCalibrationOptions): LiveCalibration {
    const key = textOf(id);
    let entry = this.#entries.get(key);
    if (!entry) {
      const modelHash = this.#options.modelHash();
      entry = {
        id,
        options,
        modelHash,
        ...this.#read(id, options),
        changed: false,
        writtenAtMs: this.#nowMs(),
      };
    }
    // The newest in use is at the end.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.options = options;
    entry.calibration.setBudget(options.budgetPerDay);
    return entry;
  }

  /** The calibration of that id, in use or in the database; null: there is none that could be read. */
  find(id: CalibrationId): LiveCalibration | null {
    const entry = this.#entries.get(textOf(id));
    if (entry) return entry;
    const restored = this.#restored(id);
    if (!restored) return null;
    const inUse = [...this.#entries];
    const opened = this.open(id, restored.options);
    // Nothing watches by it: those that are in use stay the newest.
    for (const [key, other] of inUse) {
      this.#entries.delete(key);
      this.#entries.set(key, other);
    }
    return opened;
  }

  /** A copy of the calibration of that id, to try things on; null: there is none that could be read. */
  copy(id: CalibrationId): RuleCalibration | null {
    return this.#restored(id)?.calibration ?? null;
  }

  /** null: there is none that could be read. */
  #restored(id: CalibrationId): { calibration: RuleCalibration; options: RuleCalibrationOptions } | null {
    const entry = this.#entries.get(textOf(id));
    const text = entry ? JSON.stringify(entry.calibration) : this.#options.store?.read(id)?.state;
    if (text === undefined) return null;
    try {
      const state: unknown = JSON.parse(text);
      const options = RuleCalibration.optionsOf(state);
      return { calibration: RuleCalibration.restore(state, options), options };
    } catch {
      return null;
    }
  }

  /** All in use. */
  all(): LiveCalibration[] {
    return [...this.#entries.values()];
  }

  /** It has learned something, and is written when that is worth it, or at the end. @param soon within a minute */
  touch(live: LiveCalibration, { soon = false } = {}): void {
    const entry = live as Entry;
    entry.changed = true;
    if (soon) entry.writtenAtMs = 0;
  }

  /** Another number of false alarms a day, from now on. */
  setBudget(live: LiveCalibration, budgetPerDay: number): void {
    const entry = live as Entry;
    if (entry.options.budgetPerDay === budgetPerDay) return;
    entry.options = { ...entry.options, budgetPerDay };
    entry.calibration.setBudget(budgetPerDay);
    this.touch(entry, { soon: true });
  }

  /** Begins one anew, for good: the camera shows another scene now. */
  startAgain(live: LiveCalibration): void {
    const entry = live as Entry;
    entry.calibration = this.#fresh(entry.options);
    this.touch(entry, { soon: true });
  }

  /** Writes all that has changed. */
  write(): void {
    this.#write([...this.#entries.values()].filter(({ changed }) => changed));
  }

  #writeDue(): void {
    const nowMs = this.#nowMs();
    const revisions = this.#options.store!.revisions();
    this.#write(
      [...this.#entries.values()].filter(({ id, changed, writtenAtMs, revision, calibration }) => {
        if (!changed) return false;
        const worthMs = Math.min(MAX_WRITE_PERIOD_MS, calibration.observedMs * LOSABLE_PART);
        // One that another program has written is taken over when it is tried to be written.
        return nowMs - writtenAtMs >= worthMs || (revisions.get(textOf(id)) ?? 0) !== revision;
      }),
    );
  }

  #write(changed: readonly Entry[]): void {
    const { store, logger, readOnly } = this.#options;
    if (store === null || readOnly || changed.length === 0) return;
    try {
      const written: [Entry, number | null][] = [];
      store.together(() => {
        for (const entry of changed) {
          const state = JSON.stringify(entry.calibration);
          const { id, modelHash, revision } = entry;
          const row = { ...id, modelHash, revision, updatedAtMs: this.#nowMs(), state };
          written.push([entry, store.write(row)]);
        }
      });
      for (const [entry, revision] of written) {
        // Somebody marked a peak or calibrated from recordings in the meantime: what they did counts.
        if (revision === null) Object.assign(entry, this.#read(entry.id, entry.options));
        else entry.revision = revision;
        entry.changed = false;
        entry.writtenAtMs = this.#nowMs();
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        logger.error(
          { reason: messageOf(error) },
          'calibrations not written: is the disk full or read-only?',
        );
      this.#failing = true;
    }
  }

  /** Writes what has changed, for the last time. */
  [Symbol.dispose](): void {
    if (this.#timer) clearInterval(this.#timer);
    this.write();
  }

  #read(
    id: CalibrationId,
    options: RuleCalibrationOptions,
  ): { calibration: RuleCalibration; revision: number } {
    const { store, modelHash, logger } = this.#options;
    const stored = store?.read(id) ?? null;
    const { cameraId, ruleId } = id;
    if (stored) {
      try {
        const calibration = RuleCalibration.restore(JSON.parse(stored.state), options);
        return { calibration, revision: stored.revision };
      } catch (error) {
        if (!this.#options.readOnly) store!.setAside(id, this.#nowMs());
        logger.error(
          { cameraId, ruleId, reason: messageOf(error) },
          'calibration unreadable: it is kept aside, and starts again',
        );
      }
    } else {
      const before = store?.ofPair(id)[0];
      if (before) {
        const why =
          before.modelHash === modelHash() ? 'its words, tiles or timing changed' : 'the model changed';
        logger.info(
          { cameraId, ruleId, why },
          'calibration starts again; what was known before is kept for going back',
        );
      }
    }
    return { calibration: this.#fresh(options), revision: 0 };
  }

  /** Moments of earlier ones of the same id are still there: by the clock, no peak gets the number of one of them. */
  #fresh(options: RuleCalibrationOptions): RuleCalibration {
    return RuleCalibration.fresh(options, { peaksBefore: this.#nowMs() });
  }

  #nowMs(): number {
    return (this.#options.clock ?? systemClock).nowMs();
  }
}
