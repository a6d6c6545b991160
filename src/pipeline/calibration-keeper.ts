import { RuleCalibration, type RuleCalibrationOptions } from '../rules/calibration/rule-calibration.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import type { CalibrationId, CalibrationStore } from '../store/calibration-store.js';
import type { Logger } from '../telemetry/logger.js';

/** States are written so often at most, and at the end: what a power cut takes is a minute of footage. */
export const WRITE_PERIOD_MS = 60_000;

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
      options.store && !options.readOnly ? setInterval(() => this.write(), WRITE_PERIOD_MS).unref() : null;
  }

  /** The calibration of that id: the one in use, else the one in the database, else a fresh one. */
  open(id: CalibrationId, options: RuleCalibrationOptions): LiveCalibration {
    const key = textOf(id);
    let entry = this.#entries.get(key);
    if (!entry) {
      const modelHash = this.#options.modelHash();
      entry = { id, options, modelHash, ...this.#read(id, options), changed: false };
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
    const stored = this.#options.store?.read(id);
    if (!stored) return null;
    try {
      return this.open(id, RuleCalibration.optionsOf(JSON.parse(stored.state)));
    } catch {
      return null;
    }
  }

  /** All in use. */
  all(): LiveCalibration[] {
    return [...this.#entries.values()];
  }

  /** It has learned something: it is written with the next lot. */
  touch(live: LiveCalibration): void {
    (live as Entry).changed = true;
  }

  /** Begins one anew, for good: the camera shows another scene now. */
  startAgain(live: LiveCalibration): void {
    const entry = live as Entry;
    entry.calibration = RuleCalibration.fresh(entry.options);
    entry.changed = true;
  }

  /** Writes what has changed. */
  write(): void {
    const { store, logger, readOnly, clock = systemClock } = this.#options;
    const changed = [...this.#entries.values()].filter((entry) => entry.changed);
    if (store === null || readOnly || changed.length === 0) return;
    try {
      const written: [Entry, number | null][] = [];
      store.together(() => {
        for (const entry of changed) {
          const state = JSON.stringify(entry.calibration);
          const { id, modelHash, revision } = entry;
          const row = { ...id, modelHash, revision, updatedAtMs: clock.nowMs(), state };
          written.push([entry, store.write(row)]);
        }
      });
      for (const [entry, revision] of written) {
        // Somebody marked a peak or calibrated from recordings in the meantime: what they did counts.
        if (revision === null) Object.assign(entry, this.#read(entry.id, entry.options));
        else entry.revision = revision;
        entry.changed = false;
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
    const { store, modelHash, logger, clock = systemClock } = this.#options;
    const stored = store?.read(id) ?? null;
    const { cameraId, ruleId } = id;
    if (stored) {
      try {
        const calibration = RuleCalibration.restore(JSON.parse(stored.state), options);
        return { calibration, revision: stored.revision };
      } catch (error) {
        if (!this.#options.readOnly) store!.setAside(id, clock.nowMs());
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
    return { calibration: RuleCalibration.fresh(options), revision: 0 };
  }
}

function textOf({ cameraId, ruleId, key }: CalibrationId): string {
  return `${cameraId}/${ruleId}/${key}`;
}
