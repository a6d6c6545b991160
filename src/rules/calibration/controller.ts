import { numberOf, recordOf, unusable } from './codec.js';

/** Step of one alarm, in scales. */
const ETA = 0.5;
const DAY_MS = 24 * 3_600_000;
/** Alarms that can still be confirmed. */
const REMEMBERED = 100;

interface Alarm {
  eventId: string;
  clusterId: number | null;
  step: number;
  /** Its step was taken back: it was true. */
  wasTrue: boolean;
}

/**
 * Holds the alarms a day at what was asked for, whatever the scores do:
 *
 *     δ ← δ + η·σ̂·(1{alarm} − r·Δt),  η = 0.5;  threshold = fitted + δ
 *
 * Why it works: the steps telescope. After N alarms in T, δ_T − δ_0 = η·σ̂·(N − r·T), so N/T = r + (δ_T − δ_0)/(η·σ̂·T):
 * as long as δ stays bounded, and far out no score reaches, the rate goes to r. An alarm that was true takes its step
 * back.
 */
export class Controller {
  #offset = 0;
  #alarms: Alarm[] = [];

  /** δ, score units. */
  get offset(): number {
    return this.#offset;
  }

  /** @param elapsedMs footage since the frame before, gaps not counted */
  tick(elapsedMs: number, { scale, alarmsPerDay }: { scale: number; alarmsPerDay: number }): void {
    this.#offset -= (ETA * scale * alarmsPerDay * elapsedMs) / DAY_MS;
  }

  /**
   * @param scale 0: the controller rests, and only remembers which cluster it was
   * @param clusterId of the scores that raised it
   */
  alarm(eventId: string, { scale, clusterId }: { scale: number; clusterId: number | null }): void {
    const step = ETA * scale;
    this.#offset += step;
    this.#alarms.push({ eventId, clusterId, step, wasTrue: false });
    if (this.#alarms.length > REMEMBERED) this.#alarms.shift();
  }

  /** Takes an alarm's step back, or makes it again. @returns its cluster; null when it is not known (any more) */
  judge(eventId: string, wasTrue: boolean): number | null {
    const alarm = this.#alarms.find((known) => known.eventId === eventId);
    if (!alarm) return null;
    if (alarm.wasTrue !== wasTrue) this.#offset += wasTrue ? -alarm.step : alarm.step;
    alarm.wasTrue = wasTrue;
    return alarm.clusterId;
  }

  /** Keeps the part `keep` of δ. */
  fade(keep: number): void {
    this.#offset *= keep;
    for (const alarm of this.#alarms) alarm.step *= keep;
  }

  toJSON(): unknown {
    return { offset: this.#offset, alarms: this.#alarms };
  }

  static restore(json: unknown): Controller {
    const saved = recordOf(json, 'controller');
    const controller = new Controller();
    controller.#offset = numberOf(saved.offset, 'controller');
    if (!Array.isArray(saved.alarms)) throw unusable('alarms are missing');
    controller.#alarms = saved.alarms.map((alarm) => {
      const { eventId, clusterId, step, wasTrue } = recordOf(alarm, 'alarm');
      return {
        eventId: String(eventId),
        clusterId: clusterId === null ? null : numberOf(clusterId, 'alarm'),
        step: numberOf(step, 'alarm'),
        wasTrue: wasTrue === true,
      };
    });
    return controller;
  }
}
