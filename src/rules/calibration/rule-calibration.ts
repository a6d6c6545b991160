import type { ThresholdState } from '../score.js';
import { type Cluster, ClusterTracker, type Verdict } from './clusters.js';
import { numberOf, recordOf, unusable } from './codec.js';
import { ConfirmedScore } from './confirmed-score.js';
import { type Contamination, findContamination } from './contamination.js';
import { Controller } from './controller.js';
import { alarmsInterval, alarmsPerDayAt, resampledTails, type Tail } from './gpd.js';
import { NullModel } from './null-model.js';
import type { Regime } from './regime.js';
import { type FittedThreshold, fitThreshold, fittedOf, type ThresholdOptions } from './threshold.js';
import { ThresholdHistory, type ThresholdPoint } from './threshold-history.js';
import { TileBaselines } from './tile-baseline.js';

const VERSION = 1;
/** Peaks shown for review. */
export const SHOWN_PEAKS = 20;

/** What a calibration depends on. */
export interface RuleCalibrationOptions extends ThresholdOptions {
  tiles: number;
  confirm: { k: number; n: number };
  forMs: number;
  clearForMs: number;
  cooldownMs: number;
  /** A longer gap between two frames is no footage, and hits on both sides of it do not confirm each other. */
  maxGapMs: number;
  /** Whether the controller runs. */
  adapt: boolean;
}

/** One frame of a camera as one rule sees it. */
export interface CalibrationFrame {
  atMs: number;
  /** One a tile; NaN: not observed. */
  margins: ArrayLike<number>;
  regime: Regime;
  /** False outside the rule's active hours: baselines go on, but what cannot raise an alarm is no footage. */
  active?: boolean;
  /** True while events are switched off: all is learned, but the controller, which counts alarms, rests. */
  muted?: boolean;
}

/** What a calibration says of a frame. */
export interface CalibratedScore {
  /** x_t = max_i y_i, robust standard deviations; NaN: no observation. */
  score: number;
  /** The winning tile; −1: no observation. */
  tile: number;
  /** y_i, NaN where a tile has no baseline yet. Overwritten by the next frame. */
  tileScores: Float32Array;
  threshold: number;
  state: Exclude<ThresholdState, 'fixed'>;
  /** Alarms a day expected at the threshold; null: nobody knows yet. */
  expectedPerDay: number | null;
  /** Set where this frame is the highest yet of a cluster among the 20 highest: keep its picture. Rank 1 is highest. */
  peak: { id: number; rank: number } | null;
}

/** A threshold and what it is worth. */
export interface CalibrationOutlook {
  state: CalibratedScore['state'];
  threshold: number;
  /** Alarms a day expected at the threshold, with a 90 % interval. */
  expected: { value: number; low: number; high: number } | null;
}

/** How a calibration stands, as far as that is little. */
export interface CalibrationSummary extends CalibrationOutlook {
  observedHours: number;
  /** Clusters above u that the tail was fitted to. */
  clusters: number;
  contamination: Contamination;
  /** How the threshold moved, oldest first. */
  history: readonly ThresholdPoint[];
}

/** All of it. */
export interface CalibrationReport extends CalibrationSummary {
  /** Q.98 of c_t; NaN: no frames. */
  u: number;
  tail: Tail | null;
  /** The highest clusters, highest first. */
  peaks: Cluster[];
  /** What the controller adds to the fitted threshold. */
  controllerOffset: number;
}

/**
 * Finds and holds the threshold of one rule on one camera: tile baselines → pooled score x_t → confirmed score c_t →
 * clusters and their tail → threshold, and a controller on top. Pure: what it knows is what it was shown.
 */
export class RuleCalibration {
  #options: RuleCalibrationOptions;
  #baselines: TileBaselines;
  #confirmed: ConfirmedScore;
  #clusters: ClusterTracker;
  #model = new NullModel();
  #controller = new Controller();
  #history = new ThresholdHistory();
  #fit: FittedThreshold;
  /** Both of this fit; null: not looked for yet, as each takes some milliseconds. */
  #contamination: Contamination | null = null;
  #resampled: Float64Array | null = null;
  #scale = 1;
  #clustersSeen = 0;
  /** Time that never runs backwards and goes on through gaps; of the last frame with a score; the footage's own clock. */
  #runMs = 0;
  #scoredMs: number | null = null;
  #lastMs: number | null = null;
  readonly #tileScores: Float32Array;

  private constructor(options: RuleCalibrationOptions) {
    this.#options = laidOut(options);
    this.#baselines = new TileBaselines(options.tiles);
    this.#confirmed = new ConfirmedScore(options);
    this.#clusters = new ClusterTracker(options.clearForMs + options.cooldownMs);
    this.#fit = fitThreshold(this.#model, options);
    this.#tileScores = new Float32Array(options.tiles);
  }

  /** @param peaksBefore peaks are numbered from the next one on: above all that an earlier one of the same id used */
  static fresh(options: RuleCalibrationOptions, { peaksBefore = 0 } = {}): RuleCalibration {
    const calibration = new RuleCalibration(options);
    calibration.#clustersSeen = peaksBefore;
    return calibration;
  }

  get threshold(): number {
    const { value, floor } = this.#fit;
    return Math.max(value + this.#controller.offset, floor ?? Number.NEGATIVE_INFINITY);
  }

  /** The threshold, and the alarms a day that are expected at it; null: nobody knows yet. */
  get standing(): { threshold: number; expectedPerDay: number | null } {
    return { threshold: this.threshold, expectedPerDay: this.#expectedPerDay() };
  }

  /** False alarms a day that its threshold is for. */
  get budgetPerDay(): number {
    return this.#options.budgetPerDay;
  }

  /** Footage that it has seen. */
  get observedMs(): number {
    return this.#model.observedHours * 3_600_000;
  }

  observe({ atMs, margins, regime, active = true, muted = false }: CalibrationFrame): CalibratedScore {
    const scores = this.#tileScores;
    this.#baselines.score(margins, regime, scores);
    let tile = -1;
    for (let i = 0; i < scores.length; i++) {
      if (Number.isFinite(scores[i]!) && (tile === -1 || scores[i]! > scores[tile]!)) tile = i;
    }
    // Nothing where the clock jumps back.
    const sinceMs = this.#lastMs === null ? 0 : Math.max(0, atMs - this.#lastMs);
    this.#lastMs = atMs;
    this.#runMs += sinceMs;
    this.#baselines.learn(margins, {
      regime,
      elapsedMs: this.#isGap(sinceMs) ? 0 : sinceMs,
      runMs: this.#runMs,
      scores,
      freezeAbove: this.#model.level,
    });
    const score = tile === -1 ? Number.NaN : scores[tile]!;
    // The threshold this frame is compared with is the one from before it.
    const { threshold } = this;
    const { state } = this.#fit;
    const expectedPerDay = this.#expectedPerDay();
    // The detector, too, forgets its hits when the hours end.
    if (!active) this.#confirmed.reset();
    const peak = tile === -1 || !active ? null : this.#take(score, { atMs, tile, muted });
    return { score, tile, tileScores: scores, threshold, state, expectedPerDay, peak };
  }

  #take(
    score: number,
    { atMs, tile, muted }: { atMs: number; tile: number; muted: boolean },
  ): CalibratedScore['peak'] {
    const sinceMs = this.#scoredMs === null ? 0 : this.#runMs - this.#scoredMs;
    this.#scoredMs = this.#runMs;
    const elapsedMs = this.#isGap(sinceMs) ? 0 : sinceMs;
    if (this.#isGap(sinceMs)) this.#confirmed.reset();
    const confirmed = this.#confirmed.push(score, this.#runMs);
    const isDue = this.#model.push(confirmed, elapsedMs);
    if (this.#options.adapt && !muted)
      this.#controller.tick(elapsedMs, { scale: this.#scale, alarmsPerDay: this.#options.budgetPerDay });
    const { closed, isMaximum } = this.#clusters.push(
      { score: confirmed, runMs: this.#runMs, atMs, tile, level: this.#model.level, hour: this.#model.hour },
      () => ++this.#clustersSeen,
    );
    if (closed) this.#model.add(closed);
    if (closed || isDue) this.#refit();
    if (this.#history.isDue(this.#runMs))
      this.#history.note({ atMs, threshold: this.threshold }, this.#runMs);
    if (!isMaximum) return null;
    const rank = this.#model.rankOf(confirmed) + 1;
    return rank <= SHOWN_PEAKS ? { id: this.#clusters.open!.id, rank } : null;
  }

  #isGap(sinceMs: number): boolean {
    return sinceMs > this.#options.maxGapMs;
  }

  #refit(): void {
    this.#fit = fitThreshold(this.#model, this.#options);
    this.#contamination = null;
    this.#resampled = null;
    // Robust scale of c_t, from its quartiles.
    const quartiles = (this.#model.quantile(0.75) - this.#model.quantile(0.25)) / 1.349;
    this.#scale = Number.isFinite(quartiles) ? Math.max(0.05, quartiles) : 1;
  }

  #expectedPerDay(): number | null {
    const { tail } = this.#fit;
    return tail && alarmsPerDayAt(tail, this.threshold);
  }

  /** The detector started an event. */
  alarm({ eventId }: { eventId: string }): void {
    const scale = this.#options.adapt ? this.#scale : 0;
    this.#controller.alarm(eventId, { scale, clusterId: this.#clusters.open?.id ?? null });
  }

  /** What a person says of an event: a true one was no false alarm, and does not belong to the null. null takes it back. */
  judge(eventId: string, verdict: Verdict | null): void {
    const clusterId = this.#controller.judge(eventId, verdict === 'true');
    if (clusterId !== null) this.review(clusterId, verdict);
  }

  /** What a person says of a peak; null takes it back. @returns whether the peak is known */
  review(peakId: number, verdict: Verdict | null): boolean {
    const { open } = this.#clusters;
    const known = open?.id === peakId || this.#model.review(peakId, verdict);
    if (open?.id === peakId) open.verdict = verdict;
    if (known) this.#refit();
    return known;
  }

  /** Another budget is another threshold on the same null. What the controller had learnt was for the old one. */
  setBudget(budgetPerDay: number): void {
    if (budgetPerDay === this.#options.budgetPerDay) return;
    this.#options = laidOut({ ...this.#options, budgetPerDay });
    this.#controller = new Controller();
    this.#refit();
  }

  /** The threshold, how it was found, and what is expected at it. */
  outlook(): CalibrationOutlook {
    const { state, tail } = this.#fit;
    const value = this.#expectedPerDay();
    return {
      state,
      threshold: this.threshold,
      expected: tail && value !== null ? { value, ...this.#interval(tail) } : null,
    };
  }

  summary(): CalibrationSummary {
    const { tail } = this.#fit;
    this.#contamination ??= findContamination(this.#model, tail);
    return {
      ...this.outlook(),
      observedHours: this.#model.observedHours,
      clusters: tail?.n ?? 0,
      contamination: this.#contamination,
      history: this.#history.points,
    };
  }

  #interval(tail: Tail): { low: number; high: number } {
    this.#resampled ??= resampledTails(tail);
    return alarmsInterval(tail, this.threshold, this.#resampled);
  }

  report(): CalibrationReport {
    return {
      ...this.summary(),
      u: this.#model.quantile(0.98),
      tail: this.#fit.tail,
      peaks: this.#peaks(),
      controllerOffset: this.#controller.offset,
    };
  }

  #peaks(): Cluster[] {
    const open = this.#clusters.open;
    const peaks = [...this.#model.clusters()].concat(open ? [{ ...open }] : []);
    return peaks.sort((a, b) => b.score - a.score).slice(0, SHOWN_PEAKS);
  }

  toJSON(): unknown {
    return {
      version: VERSION,
      options: this.#options,
      baselines: this.#baselines,
      confirmed: this.#confirmed,
      clusters: this.#clusters,
      model: this.#model,
      controller: this.#controller,
      history: this.#history,
      fit: this.#fit,
      scale: this.#scale,
      clustersSeen: this.#clustersSeen,
      runMs: this.#runMs,
      scoredMs: this.#scoredMs,
      lastMs: this.#lastMs,
    };
  }

  /**
   * What a kept state was calibrated for.
   * @throws WordwatchError `calibration-unusable`
   */
  static optionsOf(json: unknown): RuleCalibrationOptions {
    const options = recordOf(recordOf(json, 'state').options, 'options');
    const { k, n } = recordOf(options.confirm, 'confirm');
    const number = (name: string) => numberOf(options[name], name);
    return {
      tiles: number('tiles'),
      budgetPerDay: number('budgetPerDay'),
      confirm: { k: numberOf(k, 'k'), n: numberOf(n, 'n') },
      forMs: number('forMs'),
      clearForMs: number('clearForMs'),
      cooldownMs: number('cooldownMs'),
      maxGapMs: number('maxGapMs'),
      minMs: number('minMs'),
      warmupMs: number('warmupMs'),
      adapt: options.adapt === true,
    };
  }

  /**
   * Goes on where {@link toJSON} was.
   * @throws WordwatchError `calibration-unusable`: it is cut short, of another version, or for another timing or number
   * of tiles, which make it another null
   */
  static restore(json: unknown, options: RuleCalibrationOptions): RuleCalibration {
    const saved = recordOf(json, 'state');
    if (saved.version !== VERSION) throw unusable(`version ${String(saved.version)}, expected ${VERSION}`);
    const before = RuleCalibration.optionsOf(json);
    if (timingOf(before) !== timingOf(options)) throw unusable('it is for another timing or other tiles');
    const calibration = new RuleCalibration({
      ...options,
      budgetPerDay: before.budgetPerDay,
    });
    calibration.#baselines = TileBaselines.restore(saved.baselines, options.tiles);
    calibration.#confirmed = ConfirmedScore.restore(saved.confirmed, options);
    calibration.#clusters = ClusterTracker.restore(saved.clusters, options.clearForMs + options.cooldownMs);
    calibration.#model = NullModel.restore(saved.model);
    calibration.#controller = Controller.restore(saved.controller);
    calibration.#history = ThresholdHistory.restore(saved.history);
    calibration.#scale = numberOf(saved.scale, 'scale');
    calibration.#clustersSeen = numberOf(saved.clustersSeen, 'clusters');
    calibration.#runMs = numberOf(saved.runMs, 'time');
    calibration.#scoredMs = saved.scoredMs === null ? null : numberOf(saved.scoredMs, 'time');
    calibration.#lastMs = saved.lastMs === null ? null : numberOf(saved.lastMs, 'time');
    calibration.#fit = fittedOf(saved.fit);
    calibration.setBudget(options.budgetPerDay);
    return calibration;
  }
}

/** Read at every frame, they must be laid out in one way, wherever they come from. */
function laidOut(options: RuleCalibrationOptions): RuleCalibrationOptions {
  return {
    budgetPerDay: options.budgetPerDay,
    minMs: options.minMs,
    warmupMs: options.warmupMs,
    tiles: options.tiles,
    confirm: options.confirm,
    forMs: options.forMs,
    clearForMs: options.clearForMs,
    cooldownMs: options.cooldownMs,
    maxGapMs: options.maxGapMs,
    adapt: options.adapt,
  };
}

/** Whatever makes another null, as one text. */
function timingOf({
  tiles,
  confirm,
  forMs,
  clearForMs,
  cooldownMs,
  maxGapMs,
}: RuleCalibrationOptions): string {
  return JSON.stringify([tiles, confirm.k, confirm.n, forMs, clearForMs, cooldownMs, maxGapMs]);
}
