import { frames, isLive } from '../capture/frames.js';
import type { Pyramid } from '../capture/pyramid.js';
import type { CameraStatus, CaptureSource } from '../capture/source.js';
import type { Embedder } from '../model/embedder.js';
import type { Score } from '../rules/score.js';
import { messageOf } from '../shared/errors.js';
import { mapOrdered } from '../shared/map-ordered.js';
import type { Logger } from '../telemetry/logger.js';
import { planPreview } from '../tiling/layout.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import { CameraCalibrations, type Peak } from './camera-calibrations.js';
import { CameraView } from './camera-view.js';
import { Detectors, type RuleTransition } from './detectors.js';
import { bookOfCamera, type RuleBook } from './rule-book.js';
import type { CameraSwitches } from './rule-switches.js';
import { withProbability } from './scoring.js';
import { TileEmbedder } from './tile-embedder.js';

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

/** What {@link watchCamera} needs. */
export interface WatchOptions {
  source: CaptureSource;
  /** Rules in force now; asked before every frame, so that a change takes effect at once. */
  book: () => RuleBook;
  embedder: Embedder;
  /** Where the calibrations of rules without a fixed threshold live. */
  calibrations: CalibrationKeeper;
  /** Of active hours; null when the footage's time of day is not known. */
  timeZone: string | null;
  /** Whether tiles in which nothing changes keep their vectors for a while (`tiling/motion-gate.ts`). */
  motionGate: boolean;
  /** What to do when the model fails on a frame: `skip` it and go on watching, or `throw`. */
  onModelError: 'skip' | 'throw';
  onStatus: (status: CameraStatus) => void;
  /** What people switch about the camera's rules; asked at every frame. Left out: nobody can. */
  switches?: CameraSwitches;
  logger: Logger;
  signal: AbortSignal;
}

/** A frame and what the rules make of it. */
export interface WatchedFrame {
  /** null behind the last frame, when `transitions` are the ends of events that were still open. */
  pyramid: Pyramid | null;
  scores: Score[];
  /** What the model made of the plan's tiles, in order; null when it failed, and behind the last frame. */
  vectors: readonly Float32Array[] | null;
  /** Tiles that were embedded for this frame; the others kept their vectors. */
  embedded: number;
  transitions: RuleTransition[];
  /** Rules of which this frame is one of the highest peaks. */
  peaks: Peak[];
  /** The camera shows another scene for good, and what was normal is being found out anew. */
  sceneChanged: boolean;
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
  /** null when the model failed on it. */
  vectors: Float32Array[] | null;
  embedded: number;
}

/**
 * Watches one camera: captures, cuts, embeds, scores and detects, until the footage ends or `signal` aborts.
 * Files are read as fast as the model can take them; live sources drop frames instead (`capture/`).
 */
export async function* watchCamera(options: WatchOptions): AsyncGenerator<WatchedFrame> {
  const { source, embedder, motionGate, switches = null } = options;
  const detectors = new Detectors(options.timeZone, (ruleId) => switches?.isMuted(ruleId) ?? false);
  const calibrations = new CameraCalibrations({
    ...{ cameraId: source.cameraId, fps: source.fps, motionGate },
    ...{ model: embedder, keeper: options.calibrations },
    isWatching: (rule, atMs) => detectors.isWatching(rule, atMs),
    switches,
  });
  const watcher = { detectors, calibrations };
  let again = true;
  while (again && !options.signal.aborted) again = yield* watchOnce(options, watcher);
  const transitions = detectors.close();
  if (transitions.length > 0)
    yield { ...NOTHING, transitions, calibrationKeyOf: () => null, scoringOf: () => '' };
}

const NOTHING = {
  pyramid: null,
  scores: [],
  vectors: null,
  embedded: 0,
  peaks: [],
  sceneChanged: false,
} satisfies Partial<WatchedFrame>;

/** @returns true when the camera has to be opened again because changed rules look at other tiles */
async function* watchOnce(
  options: WatchOptions,
  { detectors, calibrations }: { detectors: Detectors; calibrations: CameraCalibrations },
): AsyncGenerator<WatchedFrame, boolean> {
  const { source, embedder, motionGate, logger } = options;
  const inputSizePx = embedder.describe().inputSizePx;
  const currentBook = bookReader(options);
  const reopen = new AbortController();
  const signal = AbortSignal.any([options.signal, reopen.signal]);
  let view: CameraView | null = null;
  let tiles: TileEmbedder | null = null;
  const pyramids = frames(source, {
    plan: (frame) => {
      view = new CameraView({ book: currentBook(), frame, inputSizePx });
      tiles = new TileEmbedder({ tiles: view.plan.tiles, embedder, motionGate });
      return { levels: view.plan.levels, preview: planPreview(frame) };
    },
    signal,
    logger,
    onStatus: options.onStatus,
  });
  const tell = failureLog(options);
  const embed = (pyramid: Pyramid) =>
    embedFrame({ pyramid, view: view! }, { ...options, tiles: tiles!, tell });
  const concurrency = isLive(source) ? LIVE_FRAMES_UNDER_WAY : FILE_FRAMES_UNDER_WAY;
  for await (const frame of mapOrdered(pyramids, { concurrency, map: embed })) {
    const book = currentBook();
    const scoring = frame.view.book === book ? frame.view : rebuild(frame, { book, inputSizePx });
    if (!scoring.sharesTilesWith(frame.view)) {
      reopen.abort();
      return true;
    }
    if (view === frame.view) view = scoring;
    const ended = detectors.adopt(book);
    const { pyramid, vectors, embedded } = frame;
    const margins = vectors ? scoring.score(pyramid, vectors) : [];
    const calibrated = calibrations.step({ pyramid, vectors: vectors ?? [], scores: margins }, scoring);
    const { peaks, sceneChanged } = calibrated;
    const scores = calibrated.scores.map((score) => withProbability(score, book));
    const transitions = detectors.step(scores);
    calibrations.raised(transitions);
    yield {
      ...{ pyramid, scores, vectors, embedded, peaks, sceneChanged },
      transitions: [...ended, ...transitions],
      calibrationKeyOf: (ruleId) => calibrations.keyOf(ruleId),
      scoringOf: (ruleId) => book.taught.get(ruleId)?.scoring ?? '',
    };
  }
  return false;
}

function rebuild({ pyramid }: EmbeddedFrame, options: { book: RuleBook; inputSizePx: number }): CameraView {
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
  frame: Pick<EmbeddedFrame, 'pyramid' | 'view'>,
  {
    tiles,
    onModelError,
    tell,
  }: Pick<WatchOptions, 'onModelError'> & { tiles: TileEmbedder; tell: FailureLog },
): Promise<EmbeddedFrame> {
  try {
    const embedded = await tiles.embed(frame.pyramid);
    tell(null);
    return { ...frame, ...embedded };
  } catch (error) {
    if (onModelError === 'throw') throw error;
    tell(messageOf(error));
    return { ...frame, vectors: null, embedded: 0 };
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
