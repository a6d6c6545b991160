import { MarginPeaks, PEAKS_KEPT_MS } from '../rules/calibration/margin-peaks.js';
import { SHOWN_PEAKS } from '../rules/calibration/rule-calibration.js';
import { type Clock, systemClock } from '../shared/clock.js';
import type { CalibrationId } from '../store/calibration-store.js';
import type { MomentStore } from '../store/moment-store.js';
import type { CameraCalibrationsOptions, Peak, ScoredMoment } from './camera-calibrations.js';
import type { RuleView } from './camera-view.js';
import { MAX_GAP_MS } from './detectors.js';
import type { WatchRule } from './rule-book.js';
import { keyedRules } from './rule-key.js';

/** The peaks of a rule with a fixed threshold on a camera. */
export interface LivePeaks {
  readonly id: CalibrationId;
  readonly peaks: MarginPeaks;
}

/** The peaks of all rules with a fixed threshold on all cameras. Their moments are what is left of them over a restart. */
export class FixedPeaks {
  readonly #moments: Pick<MomentStore, 'highestMisses' | 'lastPeakOf'>;
  readonly #clock: Clock;
  /** Of each rule on each camera the newest: where words were edited, the peaks of the words before are let go. */
  readonly #live = new Map<string, LivePeaks>();

  constructor({
    moments,
    clock = systemClock,
  }: {
    moments: Pick<MomentStore, 'highestMisses' | 'lastPeakOf'>;
    clock?: Clock;
  }) {
    this.#moments = moments;
    this.#clock = clock;
  }

  /**
   * Those of that id: the ones in use, else what moments tell of them.
   * @param rule with the timing that its key says
   * @param threshold what would be an event by now is left out
   */
  open(
    id: CalibrationId,
    { timing, threshold }: Pick<WatchRule, 'timing'> & { threshold: number },
  ): LivePeaks {
    const known = this.find(id);
    if (known?.id.key === id.key) return known;
    const { confirm, forMs, clearForMs, cooldownMs } = timing;
    const nowMs = this.#clock.nowMs();
    const peaks = new MarginPeaks({
      ...{ confirm, forMs, clearForMs, cooldownMs, maxGapMs: MAX_GAP_MS },
      kept: this.#moments.highestMisses(id, {
        ...{ below: threshold, sinceMs: nowMs - PEAKS_KEPT_MS, limit: SHOWN_PEAKS },
      }),
      // By the clock, no peak gets the number of one whose moment was deleted; and where that was set back, none of one that is left.
      peaksBefore: Math.max(nowMs, this.#moments.lastPeakOf(id)),
    });
    const live = { id, peaks };
    this.#live.set(pairOf(id), live);
    return live;
  }

  /** The newest of a rule on a camera; null: it was not watched since the start, or its threshold was not fixed. */
  find(pair: Pick<CalibrationId, 'cameraId' | 'ruleId'>): LivePeaks | null {
    return this.#live.get(pairOf(pair)) ?? null;
  }
}

function pairOf({ cameraId, ruleId }: Pick<CalibrationId, 'cameraId' | 'ruleId'>): string {
  return `${cameraId}/${ruleId}`;
}

/** What {@link CameraFixedPeaks} needs. */
export interface CameraFixedPeaksOptions extends Omit<CameraCalibrationsOptions, 'keeper'> {
  all: FixedPeaks;
}

/** A rule whose threshold is fixed. */
interface Fixed {
  rule: WatchRule;
  live: LivePeaks;
}

/** The peaks of one camera's rules with a fixed threshold. */
export class CameraFixedPeaks {
  readonly #options: CameraFixedPeaksOptions;
  #view: RuleView | null = null;
  #modelHash = '';
  #fixed = new Map<string, Fixed>();

  constructor(options: CameraFixedPeaksOptions) {
    // Spelled out: read at every frame, they must be laid out in one way, wherever they come from.
    this.#options = {
      cameraId: options.cameraId,
      fps: options.fps,
      motionGate: options.motionGate,
      model: options.model,
      all: options.all,
      isWatching: options.isWatching,
      switches: options.switches,
    };
  }

  /**
   * Looks for peaks in a frame. Frames are given in order.
   * @param peaks is added to
   * @param view of the rules in force, as the frame was scored
   */
  step({ scene, scores }: ScoredMoment, { view, peaks }: { view: RuleView; peaks: Peak[] }): void {
    this.#adopt(view);
    for (const score of scores) {
      const found = this.#fixed.get(score.ruleId);
      if (!found) continue;
      const { rule, live } = found;
      if (scene.changed) live.peaks.startAgain();
      const isMuted = this.#options.switches?.isMuted(rule.id) ?? false;
      const watches = !isMuted && this.#options.isWatching(rule, score.atMs);
      const seen = live.peaks.observe(score, watches);
      if (!seen) continue;
      const kept = live.peaks.candidates().map(({ peak }) => peak);
      peaks.push({ peak: seen.peak, key: live.id.key, score, fixed: { reached: seen.score, kept } });
    }
  }

  /** Takes the rules of a view over, if it is another one. */
  #adopt(view: RuleView): void {
    const { cameraId, fps, motionGate, model, all } = this.#options;
    const { modelHash } = model.describe();
    // A model at a server may be another one after an outage.
    if (this.#view === view && this.#modelHash === modelHash) return;
    this.#view = view;
    this.#modelHash = modelHash;
    this.#fixed = new Map();
    for (const { rule, plan, key } of keyedRules(view, { kind: 'fixed', modelHash, fps, motionGate })) {
      const id = { cameraId, ruleId: rule.id, key };
      this.#fixed.set(rule.id, { rule, live: all.open(id, { timing: rule.timing, threshold: plan.value }) });
    }
  }
}
