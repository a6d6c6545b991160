import type { Score } from '../rules/score.js';
import type { Light } from '../tiling/light.js';
import {
  type CalibratedFrame,
  CameraCalibrations,
  type CameraCalibrationsOptions,
  type Peak,
} from './camera-calibrations.js';
import { CameraScene, type SceneNow } from './camera-scene.js';
import type { CameraView, FrameTime, RuleView } from './camera-view.js';
import { Detectors, type RuleTransition } from './detectors.js';
import { CameraFixedPeaks, type FixedPeaks } from './fixed-peaks.js';
import type { WatchRule } from './rule-book.js';
import { withProbability } from './scoring.js';
import type { CodedTile } from './tile-embedder.js';

/** A frame as the rules see it: what is left of it when the model is done. */
export interface SeenFrame extends FrameTime {
  light: Light;
  /** The view's tiles, in order; null: not scored, as the model failed or there was nothing to see. */
  coded: readonly CodedTile[] | null;
  /** Nothing can be seen in it. */
  unseen: boolean;
  /** Since when the camera has been blind; null: it is not, or that does not count yet. */
  blindSinceMs: number | null;
}

/** A frame of which the scores are known. */
export interface ScoredFrame extends Pick<SeenFrame, 'atMs' | 'unseen' | 'blindSinceMs'> {
  /** As the view made them, and changed in place; null: the frame was not scored, or no rule looks at it. */
  scored: { scores: readonly Score[]; scene: SceneNow } | null;
}

/** What the rules make of a frame. */
export interface RuleVerdict {
  scores: Score[];
  transitions: RuleTransition[];
  /** Rules of which this frame is one of the highest peaks. */
  peaks: Peak[];
  /** The camera shows another scene for good, and what was normal is being found out anew. */
  sceneChanged: boolean;
}

/** What {@link RuleWatch} needs. */
export interface RuleWatchOptions extends Omit<CameraCalibrationsOptions, 'isWatching'> {
  /** Of active hours; null when the footage's time of day is not known. */
  timeZone: string | null;
  /** Where the peaks of rules with a fixed threshold are kept; null: nobody is asked about them, and they cost nothing. */
  fixedPeaks: FixedPeaks | null;
}

const NOTHING_LEARNED: CalibratedFrame = { peaks: [], sceneChanged: false };

/**
 * One camera's rules: scores, calibrates and detects, frame by frame. The one way in which events come about, whether a
 * camera is watched or what it showed is gone through again.
 */
export class RuleWatch {
  readonly #scene = new CameraScene();
  readonly #detectors: Detectors;
  readonly #calibrations: CameraCalibrations;
  readonly #fixedPeaks: CameraFixedPeaks | null;

  constructor({ timeZone, fixedPeaks, ...options }: RuleWatchOptions) {
    const { switches } = options;
    this.#detectors = new Detectors(timeZone, (ruleId) => switches?.isMuted(ruleId) ?? false);
    const isWatching = (rule: WatchRule, atMs: number) => this.#detectors.isWatching(rule, atMs);
    this.#calibrations = new CameraCalibrations({ ...options, isWatching });
    this.#fixedPeaks = fixedPeaks && new CameraFixedPeaks({ ...options, all: fixedPeaks, isWatching });
  }

  /** Takes the next frame. @param view of the rules in force now */
  step({ coded, light, unseen, blindSinceMs, ...time }: SeenFrame, view: CameraView): RuleVerdict {
    const { atMs } = time;
    const scores = coded ? view.score(time, coded) : [];
    const vectors = () => coded!.map(({ vector }) => vector);
    const scored =
      scores.length === 0 ? null : { scores, scene: this.#scene.observe({ atMs, light, vectors }) };
    return this.judge({ atMs, unseen, blindSinceMs, scored }, view);
  }

  /** The same for a frame that was scored and whose scene was looked at already, by the same code. */
  judge({ atMs, unseen, blindSinceMs, scored }: ScoredFrame, view: RuleView): RuleVerdict {
    const { book } = view;
    const ended = this.#detectors.adopt(book);
    this.#calibrations.adopt(view);
    const { peaks, sceneChanged } = scored ? this.#calibrations.step(scored, view) : NOTHING_LEARNED;
    if (scored) this.#fixedPeaks?.step(scored, { view, peaks });
    const scores = scored ? scored.scores.map((score) => withProbability(score, book)) : [];
    const transitions = unseen
      ? this.#detectors.unseen({ atMs, blindSinceMs })
      : this.#detectors.step(scores);
    this.#calibrations.raised(transitions);
    if (ended.length > 0) transitions.unshift(...ended);
    return { scores, transitions, peaks, sceneChanged };
  }

  /** A moment at which there was not even a frame. */
  unseen(moment: { atMs: number; blindSinceMs: number | null }): RuleTransition[] {
    return this.#detectors.unseen(moment);
  }

  /** Ends all open events: the footage is over. */
  close(): RuleTransition[] {
    return this.#detectors.close();
  }

  /** Id of the calibration that a rule has here; null: its threshold is fixed. */
  calibrationKeyOf(ruleId: string): string | null {
    return this.#calibrations.keyOf(ruleId);
  }
}
