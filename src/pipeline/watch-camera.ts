import { frames, isLive } from '../capture/frames.js';
import type { Look } from '../capture/picture-health.js';
import type { Pyramid } from '../capture/pyramid.js';
import type { CameraStatus, CaptureSource } from '../capture/source.js';
import type { Embedder } from '../model/embedder.js';
import { type Clock, systemClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import { mapOrdered } from '../shared/map-ordered.js';
import { withTicks } from '../shared/with-ticks.js';
import type { Logger } from '../telemetry/logger.js';
import { planPreview, type TileLayout } from '../tiling/layout.js';
import { lightOf } from '../tiling/light.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import { CameraView, type CameraViewOptions } from './camera-view.js';
import type { FixedPeaks } from './fixed-peaks.js';
import { type HealthStep, HealthWatch } from './health-watch.js';
import { bookOfCamera, type RuleBook } from './rule-book.js';
import type { CameraSwitches } from './rule-switches.js';
import { type RuleVerdict, RuleWatch, type SeenFrame } from './rule-watch.js';
import { type CodedTile, TileEmbedder } from './tile-embedder.js';

/**
 * Frames of a file on their way at once: all workers stay busy, and ffmpeg, whose pipe holds a thirtieth of a frame,
 * need not wait.
 */
const FILE_FRAMES_UNDER_WAY = 4;
/**
 * A live camera has one, and that is what makes the model's turns fair: the pool serves frames as they come, so each
 * camera gets one turn a round. When the machine is too slow, rounds take longer than the time between two frames, and
 * every camera's rate falls alike, with frames that are as new as ever.
 */
const LIVE_FRAMES_UNDER_WAY = 1;
/** So often a camera that sends nothing is thought of. */
const SILENCE_MS = 2_000;

/** What {@link watchCamera} needs. */
export interface WatchOptions {
  source: CaptureSource;
  /** Rules in force now; asked before every frame, so that a change takes effect at once. */
  book: () => RuleBook;
  embedder: Embedder;
  /** Where the calibrations of rules without a fixed threshold live. */
  calibrations: CalibrationKeeper;
  /** Where the peaks of the others are kept. Left out: nowhere. */
  fixedPeaks?: FixedPeaks;
  /** Of active hours; null when the footage's time of day is not known. */
  timeZone: string | null;
  /** Whether tiles in which nothing changes keep their vectors for a while (`tiling/motion-gate.ts`). */
  motionGate: boolean;
  /** Tiles that are looked at besides those of the rules. */
  alsoLayout?: TileLayout | null;
  /** What to do when the model fails on a frame: `skip` it and go on watching, or `throw`. */
  onModelError: 'skip' | 'throw';
  onStatus: (status: CameraStatus) => void;
  /** What people switch about the camera's rules; asked at every frame. Left out: nobody can. */
  switches?: CameraSwitches;
  logger: Logger;
  signal: AbortSignal;
  clock?: Clock;
}

/** A frame and what the rules make of it. */
export interface WatchedFrame extends RuleVerdict {
  /** null while the camera sends nothing, and behind the last frame, when `transitions` end what was still open. */
  pyramid: Pyramid | null;
  /** How it was cut; null without a frame. */
  view: CameraView | null;
  /** What the rules were given; null behind the last frame. */
  seen: SeenFrame | null;
  /** Tiles that were embedded for this frame; the others kept their vectors. */
  fresh: readonly number[];
  /** What is wrong with the camera from now on, or no longer. */
  healthSteps: HealthStep[];
  /** Id of the calibration that decides for a rule; null: its threshold is fixed. */
  calibrationKeyOf: (ruleId: string) => string | null;
  /** How a rule's score of this frame was made (`scoring.ts`). */
  scoringOf: (ruleId: string) => string;
}

/** A frame on its way through the model. */
interface EmbeddedFrame {
  pyramid: Pyramid;
  /** The view it was cut with. */
  view: CameraView;
  look: Look;
  /** null when the model failed on it, or was not asked because it shows nothing. */
  coded: CodedTile[] | null;
  fresh: number[];
}

/**
 * Watches one camera: captures, cuts, embeds, scores and detects, until the footage ends or `signal` aborts.
 * Files are read as fast as the model can take them; live sources drop frames instead (`capture/`).
 */
export async function* watchCamera(options: WatchOptions): AsyncGenerator<WatchedFrame> {
  const { source, embedder, motionGate, switches = null, fixedPeaks = null } = options;
  const rules = new RuleWatch({
    ...{ cameraId: source.cameraId, fps: source.fps, motionGate, timeZone: options.timeZone },
    ...{ model: embedder, keeper: options.calibrations, switches, fixedPeaks },
  });
  const { onStatus } = options;
  // A camera that is to send keyframes only sends as many as there are, and a file what is in it.
  const fps = isLive(source) && !source.keyframesOnly ? source.fps : null;
  const watcher = { cameraId: source.cameraId, rules, health: new HealthWatch({ fps, onStatus }) };
  let again = true;
  while (again && !options.signal.aborted) again = yield* watchOnce(options, watcher);
  const [transitions, healthSteps] = [rules.close(), watcher.health.close()];
  if (transitions.length > 0 || healthSteps.length > 0) yield { ...NOTHING, transitions, healthSteps };
}

/** What lives as long as the camera is watched, however often it is opened. */
interface Watcher {
  cameraId: string;
  rules: RuleWatch;
  health: HealthWatch;
}

const NOTHING: Omit<WatchedFrame, 'transitions' | 'healthSteps'> = {
  pyramid: null,
  view: null,
  seen: null,
  scores: [],
  fresh: [],
  peaks: [],
  sceneChanged: false,
  calibrationKeyOf: () => null,
  scoringOf: () => '',
};

/** Of no picture at all. */
const DARKNESS = { saturation: 0, brightness: 0 };

/** @returns true when the camera has to be opened again because changed rules look at other tiles */
async function* watchOnce(options: WatchOptions, watcher: Watcher): AsyncGenerator<WatchedFrame, boolean> {
  const { source, embedder, motionGate, alsoLayout = null, logger, clock = systemClock } = options;
  const inputSizePx = embedder.describe().inputSizePx;
  const currentBook = bookReader(options);
  const reopen = new AbortController();
  const signal = AbortSignal.any([options.signal, reopen.signal]);
  let view: CameraView | null = null;
  let tiles: TileEmbedder | null = null;
  const pyramids = frames(source, {
    plan: (frame) => {
      view = new CameraView({ book: currentBook(), frame, inputSizePx, alsoLayout });
      tiles = new TileEmbedder({ tiles: view.plan.tiles, embedder, motionGate });
      return { levels: view.plan.levels, preview: planPreview(frame) };
    },
    signal,
    logger,
    clock,
    onStatus: watcher.health.status,
  });
  const tell = failureLog(options);
  const embed = (pyramid: Pyramid) =>
    embedFrame(
      { pyramid, view: view!, look: watcher.health.look(pyramid) },
      { ...options, tiles: tiles!, tell },
    );
  const concurrency = isLive(source) ? LIVE_FRAMES_UNDER_WAY : FILE_FRAMES_UNDER_WAY;
  const embedded = mapOrdered(pyramids, { concurrency, map: embed });
  for await (const frame of withTicks(embedded, { periodMs: SILENCE_MS, stop: () => reopen.abort() })) {
    if (frame === null) {
      yield* silence(watcher, clock.nowMs());
      continue;
    }
    const book = currentBook();
    const scoring = frame.view.book === book ? frame.view : rebuild(frame, { book, inputSizePx, alsoLayout });
    if (!scoring.sharesTilesWith(frame.view)) return true;
    if (view === frame.view) view = scoring;
    yield watchFrame(frame, { ...watcher, view: scoring });
  }
  return false;
}

function watchFrame(
  { pyramid, look, coded, fresh }: EmbeddedFrame,
  { rules, health, view }: Watcher & { view: CameraView },
): WatchedFrame {
  const { unseen, blindSinceMs, steps: healthSteps } = health.frame(look, pyramid);
  const { cameraId, capturedAtMs: atMs, ptsMs } = pyramid;
  const seen = { cameraId, atMs, ptsMs, light: lightOf(pyramid), coded, unseen, blindSinceMs };
  return {
    ...{ pyramid, view, seen, fresh, healthSteps },
    ...rules.step(seen, view),
    calibrationKeyOf: (ruleId) => rules.calibrationKeyOf(ruleId),
    scoringOf: (ruleId) => view.book.taught.get(ruleId)?.scoring ?? '',
  };
}

/** The camera has sent nothing for a while. */
function* silence({ cameraId, rules, health }: Watcher, atMs: number): Generator<WatchedFrame> {
  const { unseen, blindSinceMs, steps: healthSteps } = health.silence(atMs);
  if (!unseen) return;
  const transitions = rules.unseen({ atMs, blindSinceMs });
  const seen = { cameraId, atMs, ptsMs: 0, light: DARKNESS, coded: null, unseen, blindSinceMs };
  yield { ...NOTHING, seen, transitions, healthSteps };
}

function rebuild({ pyramid }: EmbeddedFrame, options: Omit<CameraViewOptions, 'frame'>): CameraView {
  const frame = { widthPx: pyramid.sourceWidthPx, heightPx: pyramid.sourceHeightPx };
  return new CameraView({ ...options, frame });
}

/** The camera's part of the book, the same object as long as the book is the same. */
function bookReader({ book, source }: WatchOptions): () => RuleBook {
  let whole: RuleBook | null = null;
  let part: RuleBook | null = null;
  return () => {
    if (part === null || whole !== book()) {
      whole = book();
      part = bookOfCamera(whole, source.cameraId);
    }
    return part;
  };
}

async function embedFrame(
  frame: Pick<EmbeddedFrame, 'pyramid' | 'view' | 'look'>,
  {
    tiles,
    onModelError,
    tell,
  }: Pick<WatchOptions, 'onModelError'> & { tiles: TileEmbedder; tell: FailureLog },
): Promise<EmbeddedFrame> {
  if (frame.look.unseen) return { ...frame, coded: null, fresh: [] };
  try {
    const embedded = await tiles.embed(frame.pyramid);
    tell(null);
    return { ...frame, ...embedded };
  } catch (error) {
    if (onModelError === 'throw') throw error;
    tell(messageOf(error));
    return { ...frame, coded: null, fresh: [] };
  }
}

/** Told why a frame was not scored; null: it was. */
type FailureLog = (reason: string | null) => void;

/** Logs the first of several frames that are not scored for the same reason: a model may be away for a whole night. */
function failureLog({ source, logger, signal }: WatchOptions): FailureLog {
  let last: string | null = null;
  return (reason) => {
    if (reason !== null && reason !== last && !signal.aborted) {
      logger.error({ cameraId: source.cameraId, reason }, 'frames are not scored');
    }
    last = reason;
  };
}
