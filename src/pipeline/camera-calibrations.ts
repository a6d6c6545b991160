import type { Embedder } from '../model/embedder.js';
import type { Regime } from '../rules/calibration/regime.js';
import type { RuleCalibrationOptions } from '../rules/calibration/rule-calibration.js';
import { evidenceOf } from '../rules/evidence.js';
import type { Score } from '../rules/score.js';
import type { CalibrationKeeper, LiveCalibration } from './calibration-keeper.js';
import type { SceneNow } from './camera-scene.js';
import type { RuleView } from './camera-view.js';
import { MAX_GAP_MS, type RuleTransition } from './detectors.js';
import type { WatchRule } from './rule-book.js';
import { keyedRules } from './rule-key.js';
import type { CameraSwitches } from './rule-switches.js';

/** What {@link CameraCalibrations} needs. */
export interface CameraCalibrationsOptions {
  cameraId: string;
  /** Frames sampled a second, and whether tiles that do not change keep their vectors: both change what is normal. */
  fps: number;
  motionGate: boolean;
  model: Pick<Embedder, 'describe'>;
  keeper: CalibrationKeeper;
  /** Whether a rule watches at that time; in other hours nothing is learned of it. */
  isWatching: (rule: WatchRule, atMs: number) => boolean;
  /** What people switched meanwhile; null: nobody can. */
  switches: CameraSwitches | null;
}

/** A frame that is one of the highest peaks of a rule: a person may be asked about it. */
export interface Peak {
  /** Its number among those of its key; frames of the same peak have the same, and no other peak of the same key ever. */
  peak: number;
  /** Of the calibration, or of the list of peaks below a fixed threshold. */
  key: string;
  score: Score;
  /** What no calibration knows, as the threshold is fixed; null: it is not. */
  fixed: FixedPeak | null;
}

/** A peak of a rule with a fixed threshold. */
export interface FixedPeak {
  /** The highest threshold at which an event would have started: at the rule's own or a higher one it is no near miss after all. */
  reached: number;
  /** Numbers of all peaks that may be among the highest. */
  kept: readonly number[];
}

/** One frame, and what was made of it. */
export interface ScoredMoment {
  scene: SceneNow;
  scores: readonly Score[];
}

/** What calibration makes of one frame. */
export interface CalibratedFrame {
  peaks: Peak[];
  /** The camera shows another scene for good: its calibrations began anew. */
  sceneChanged: boolean;
}

/** A rule whose threshold is calibrated. */
interface Calibrated {
  rule: WatchRule;
  live: LiveCalibration;
  /** Of the newest frame, and what they speak for the rule: most tiles do not change from frame to frame. */
  margins: Float32Array;
  evidence: Float32Array;
}

/** The calibrations of one camera's rules. */
export class CameraCalibrations {
  readonly #options: CameraCalibrationsOptions;
  #view: RuleView | null = null;
  #modelHash = '';
  #live = new Map<string, Calibrated>();

  constructor(options: CameraCalibrationsOptions) {
    // Spelled out: read at every frame, they must be laid out in one way, wherever they come from.
    this.#options = {
      cameraId: options.cameraId,
      fps: options.fps,
      motionGate: options.motionGate,
      model: options.model,
      keeper: options.keeper,
      isWatching: options.isWatching,
      switches: options.switches,
    };
  }

  /**
   * Puts calibrated scores and thresholds in the place of margins, for rules that have no fixed threshold, and learns
   * from them. Frames are given in order.
   * @param scores of the frame, as `view` made them; changed in place
   * @param view the one that was adopted last
   */
  step({ scene, scores }: ScoredMoment, view: RuleView): CalibratedFrame {
    const peaks: Peak[] = [];
    for (const score of scores) {
      const found = this.#live.get(score.ruleId);
      if (found) this.#calibrate(score, { found, regime: scene.regime, view, peaks });
    }
    if (scene.changed) for (const { live } of this.#live.values()) this.#options.keeper.startAgain(live);
    return { peaks, sceneChanged: scene.changed && this.#live.size > 0 };
  }

  #calibrate(
    score: Score,
    { found, regime, view, peaks }: { found: Calibrated; regime: Regime; view: RuleView; peaks: Peak[] },
  ): void {
    const { atMs } = score;
    const { rule, live } = found;
    const budgetPerDay = this.#budgetOf(rule.id);
    if (budgetPerDay !== null) this.#options.keeper.setBudget(live, budgetPerDay);
    const seen = live.calibration.observe({
      atMs,
      margins: evidenceIn(score.tileMargins, found),
      regime,
      active: this.#options.isWatching(rule, atMs),
      muted: this.#options.switches?.isMuted(rule.id) ?? false,
    });
    this.#options.keeper.touch(live, { soon: seen.peak !== null });
    score.score = seen.score;
    score.threshold = seen.threshold;
    score.thresholdState = seen.state;
    score.expectedFalseAlarmsPerDay = seen.expectedPerDay;
    if (seen.tile !== -1) score.tile = view.tileOf(score.tileIndexes[seen.tile]!);
    if (seen.peak) peaks.push({ peak: seen.peak.id, key: live.id.key, score, fixed: null });
  }

  /** Events that began: each tells the rule's threshold whether it is too low. */
  raised(transitions: readonly RuleTransition[]): void {
    for (const { rule, transition } of transitions) {
      const live = this.#live.get(rule.id)?.live;
      if (!live || transition.phase !== 'start') continue;
      live.calibration.alarm({ eventId: transition.id });
      this.#options.keeper.touch(live, { soon: true });
    }
  }

  /** Id of the calibration that a rule has here; null: its threshold is fixed. */
  keyOf(ruleId: string): string | null {
    return this.#live.get(ruleId)?.live.id.key ?? null;
  }

  /** Takes the rules of a view over, if it is another one. */
  adopt(view: RuleView): void {
    const { cameraId, fps, motionGate, keeper, model } = this.#options;
    const { modelHash } = model.describe();
    // A model at a server may be reached only now, and be another one after an outage.
    if (this.#view === view && this.#modelHash === modelHash) return;
    this.#view = view;
    this.#modelHash = modelHash;
    this.#live = new Map();
    const how = { modelHash, fps, motionGate };
    for (const { rule, plan, tiles, key } of keyedRules(view, { kind: 'calibrated', ...how })) {
      const id = { cameraId, ruleId: rule.id, key };
      const budgetPerDay = this.#budgetOf(rule.id) ?? plan.budgetPerDay;
      const live = keeper.open(id, optionsOf(rule, { tiles, budgetPerDay }));
      const [margins, evidence] = [new Float32Array(tiles), new Float32Array(tiles)];
      this.#live.set(rule.id, { rule, live, margins: margins.fill(Number.NaN), evidence });
    }
  }

  #budgetOf(ruleId: string): number | null {
    return this.#options.switches?.budgetPerDay(ruleId) ?? null;
  }
}

/** What margins speak for a rule, worked out anew for those that changed. */
function evidenceIn(now: Float32Array, { margins, evidence }: Calibrated): Float32Array {
  for (let i = 0; i < now.length; i++) {
    if (now[i] === margins[i]) continue;
    margins[i] = now[i]!;
    evidence[i] = evidenceOf(now[i]!);
  }
  return evidence;
}

function optionsOf(
  { timing, calibrate }: WatchRule,
  { tiles, budgetPerDay }: { tiles: number; budgetPerDay: number },
): RuleCalibrationOptions {
  const { confirm, forMs, clearForMs, cooldownMs } = timing;
  const when = { confirm, forMs, clearForMs, cooldownMs, maxGapMs: MAX_GAP_MS };
  return { tiles, budgetPerDay, ...when, ...calibrate };
}
