import { isActive } from '../detect/active-hours.js';
import type { ModelDescription } from '../model/embedder.js';
import { CalibrationKeeper } from '../pipeline/calibration-keeper.js';
import { scoreOf } from '../pipeline/camera-view.js';
import type { RuleTransition } from '../pipeline/detectors.js';
import type { RuleBook, WatchRule } from '../pipeline/rule-book.js';
import { RuleWatch, type ScoredFrame } from '../pipeline/rule-watch.js';
import type { CalibrationOutlook, RuleCalibration } from '../rules/calibration/index.js';
import { REGIMES } from '../rules/calibration/regime.js';
import type { Score } from '../rules/score.js';
import type { ThresholdPlan } from '../rules/thresholds.js';
import type { CalibrationStore } from '../store/calibration-store.js';
import type { VectorStream } from '../store/vectors/vector-store.js';
import { createLogger } from '../telemetry/logger.js';
import { Coverage } from './coverage.js';
import type { Gap } from './result.js';
import { StreamView } from './stream-view.js';
import { SCENE_CHANGED, SCORED, type Tape, UNSEEN } from './tape.js';

/** What {@link RuleReplay} needs. */
export interface RuleReplayOptions {
  cameraId: string;
  /** Of one rule. */
  book: RuleBook;
  model: ModelDescription;
  /** Of active hours. */
  timeZone: string;
  /** States that calibrations begin with; null: they begin with the first frame. */
  calibrations: CalibrationStore | null;
  streams: ReadonlyMap<number, VectorStream>;
  /** What is told. Frames before are only gone through. */
  fromMs: number;
  toMs: number;
  /** Told of every frame that was judged, in order. */
  onJudged?: ((frame: JudgedFrame) => void) | undefined;
}

/** A frame as a rule saw it. */
export interface JudgedFrame {
  atMs: number;
  ptsMs: number;
  /** Of another part than the frame before: the program was started anew. */
  part: number;
  /** null: nothing could be seen, or said. */
  score: Pick<Score, 'score' | 'threshold' | 'tile'> | null;
  unseen: boolean;
  blindSinceMs: number | null;
  /** Whether the rule watches at that time. */
  active: boolean;
}

/** What came of a rule on a camera. */
export interface RuleOutcome {
  /** Also those from before the stretch that is told. */
  transitions: RuleTransition['transition'][];
  coveredMs: number;
  gaps: Gap[];
  /** null: its threshold is fixed, or nothing was seen. */
  calibration: CalibrationOutlook | null;
}

/** Goes through what a camera showed with one rule, by the code that watches live cameras. */
export class RuleReplay {
  readonly #options: RuleReplayOptions;
  readonly #rule: WatchRule;
  readonly #plan: ThresholdPlan;
  readonly #keeper: CalibrationKeeper;
  readonly #coverage: Coverage;
  /** null: the rule cannot be tried on that stream. */
  readonly #views = new Map<number, StreamView | null>();
  readonly #transitions: RuleTransition['transition'][] = [];
  #watch: RuleWatch | null = null;
  #part = -1;
  #streamId = -1;
  #view: StreamView | null = null;
  #margins = new Float32Array();

  constructor(options: RuleReplayOptions) {
    // Spelled out: read at every frame, they must be laid out in one way, wherever they come from.
    this.#options = {
      cameraId: options.cameraId,
      book: options.book,
      model: options.model,
      timeZone: options.timeZone,
      calibrations: options.calibrations,
      streams: options.streams,
      fromMs: options.fromMs,
      toMs: options.toMs,
      onJudged: options.onJudged,
    };
    this.#rule = options.book.rules[0]!;
    this.#plan = options.book.plans.get(this.#rule.id)!;
    this.#coverage = new Coverage(options);
    this.#keeper = new CalibrationKeeper({
      ...{ store: options.calibrations, readOnly: true },
      modelHash: () => options.model.modelHash,
      logger: createLogger({ level: 'silent' }),
    });
  }

  /** @param column the rule's margins of the tape's vectors */
  take(tape: Tape, column: Float32Array): void {
    for (let frame = 0; frame < tape.frames; frame++) {
      if (tape.part[frame] !== this.#part) this.#open(tape, frame);
      if (tape.streamId[frame] !== this.#streamId) this.#look(tape.streamId[frame]!);
      this.#renew(tape, { frame, column });
      this.#step(tape, frame);
    }
  }

  /** Takes over how tiles looked in the end, and judges nothing: what follows begins in the middle. */
  glance(tape: Tape, column: Float32Array): void {
    for (let frame = 0; frame < tape.frames; frame++) {
      if (tape.streamId[frame] !== this.#streamId) this.#look(tape.streamId[frame]!);
      this.#renew(tape, { frame, column });
    }
  }

  /** Whoever watches from another start ends what was open before, as a program does that is stopped. */
  #open(tape: Tape, frame: number): void {
    this.#keep(this.#watch?.close() ?? []);
    const { cameraId, model, timeZone, streams } = this.#options;
    const { fps, motionGate, timed } = streams.get(tape.streamId[frame]!)!;
    this.#part = tape.part[frame]!;
    this.#watch = new RuleWatch({
      ...{ cameraId, fps, motionGate, keeper: this.#keeper, switches: null, fixedPeaks: null },
      ...{ model: { describe: () => model }, timeZone: timed ? timeZone : null },
    });
  }

  #look(streamId: number): void {
    const { book, streams } = this.#options;
    let view = this.#views.get(streamId);
    if (view === undefined) {
      view = StreamView.of(book, streams.get(streamId)!);
      this.#views.set(streamId, view);
    }
    this.#streamId = streamId;
    this.#view = view;
    this.#margins = new Float32Array(view?.tiles.length ?? 0);
  }

  #renew(tape: Tape, { frame, column }: { frame: number; column: Float32Array }): void {
    if (!this.#view) return;
    const { places } = this.#view;
    const end = tape.freshFrom[frame + 1]!;
    for (let i = tape.freshFrom[frame]!; i < end; i++) {
      const place = places[tape.freshTile[i]!]!;
      if (place >= 0) this.#margins[place] = column[tape.freshVector[i]!]!;
    }
  }

  #step(tape: Tape, frame: number): void {
    const { fromMs } = this.#options;
    const atMs = tape.atMs[frame]!;
    const flags = tape.flags[frame]!;
    const unseen = (flags & UNSEEN) !== 0;
    const isScored = (flags & SCORED) !== 0;
    const view = this.#view;
    if (atMs >= fromMs) {
      const useless = unseen ? 'camera-blind' : isScored ? null : 'not-scored';
      this.#coverage.frame(atMs, view ? useless : 'other-tiles');
    }
    if (!view || !(isScored || unseen)) return;
    const blindMs = tape.blindSinceMs[frame]!;
    const blindSinceMs = Number.isNaN(blindMs) ? null : blindMs;
    const scored = isScored ? this.#scored(tape, { frame, view }) : null;
    const { transitions } = this.#watch!.judge({ atMs, unseen, blindSinceMs, scored }, view);
    if (transitions.length > 0) this.#keep(transitions);
    this.#options.onJudged?.({
      ...{ atMs, ptsMs: tape.ptsMs[frame]!, part: this.#part, unseen, blindSinceMs },
      // What calibration makes of a score is written into it.
      score: scored?.scores[0] ?? null,
      active: this.#isActive(atMs),
    });
  }

  #isActive(atMs: number): boolean {
    const { timed } = this.#options.streams.get(this.#streamId)!;
    return !timed || isActive(this.#rule.active, atMs, this.#options.timeZone);
  }

  // Objects are spelled out here: it is done for every frame, and spreading takes several times as long.

  #scored(tape: Tape, { frame, view }: { frame: number; view: StreamView }): ScoredFrame['scored'] {
    const score = scoreOf(this.#rule.id, this.#plan, {
      cameraId: this.#options.cameraId,
      atMs: tape.atMs[frame]!,
      ptsMs: tape.ptsMs[frame]!,
      tileMargins: this.#margins,
      tileIndexes: view.tileIndexes,
      tileOf: view.tileOf,
    });
    const changed = (tape.flags[frame]! & SCENE_CHANGED) !== 0;
    return { scores: [score], scene: { regime: REGIMES[tape.regime[frame]!]!, changed } };
  }

  #keep(transitions: readonly RuleTransition[]): void {
    for (const { transition } of transitions) this.#transitions.push(transition);
  }

  /** As it stands; null: the threshold is fixed, or nothing was seen. */
  get calibration(): RuleCalibration | null {
    return this.#keeper.all().at(-1)?.calibration ?? null;
  }

  /** @param holes rows that were of no use */
  finish(holes: readonly Gap[]): RuleOutcome {
    this.#keep(this.#watch?.close() ?? []);
    return {
      transitions: this.#transitions,
      ...this.#coverage.finish(holes),
      calibration: this.calibration?.outlook() ?? null,
    };
  }
}
