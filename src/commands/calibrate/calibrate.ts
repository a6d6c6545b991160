import { join } from 'node:path';
import { createSource, probe } from '../../capture/index.js';
import type { CaptureSource } from '../../capture/source.js';
import type { CameraConfig } from '../../config/index.js';
import type { Embedder } from '../../model/embedder.js';
import { CalibrationKeeper } from '../../pipeline/calibration-keeper.js';
import { calibrationRows } from '../../pipeline/calibration-rows.js';
import { MomentRecorder } from '../../pipeline/moment-recorder.js';
import { openRuleBook, type RuleBook, teach, type WatchRule } from '../../pipeline/rule-book.js';
import { watchCamera } from '../../pipeline/watch-camera.js';
import { WordwatchError } from '../../shared/errors.js';
import { CalibrationStore } from '../../store/calibration-store.js';
import { databasePath, openDatabase } from '../../store/database.js';
import { LessonStore } from '../../store/lesson-store.js';
import { MomentStore } from '../../store/moment-store.js';
import { SampleStore } from '../../store/sample-store.js';
import { SnapshotFolder } from '../../store/snapshots.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { cameraIdsOf } from '../scan.js';
import { printRows } from './rows.js';

/** Between two recordings nothing confirms anything. */
const BETWEEN_FILES_MS = 60_000;

/** What {@link runCalibrate} is asked to do. */
export interface CalibrateOptions {
  /** Ids; none: each recording is a camera of its own, and without recordings all that are configured. */
  cameras: readonly string[];
  /** Recordings; none: the cameras themselves are watched. */
  from: readonly string[];
  /** How long cameras are watched. */
  liveMs: number | null;
  /** Configured cameras. */
  configured: readonly CameraConfig[];
  rules: readonly WatchRule[];
  embedder: Embedder;
  /** Frames a second of cameras that are not configured. */
  fps: number;
  timeZone: string;
  /** Data folder. */
  storePath: string;
  /** HTML file to write; null: none. */
  report: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/** A camera and the footage it is calibrated with. */
interface Target {
  cameraId: string;
  sources: CaptureSource[];
  motionGate: boolean;
}

/**
 * Finds thresholds from footage: watches it, raises nothing, and tells what was found. What is known of a camera already
 * counts, too.
 * @returns the exit code
 */
export async function runCalibrate(options: CalibrateOptions): Promise<number> {
  const { embedder, storePath, output, logger, signal } = options;
  const words = await openRuleBook(options.rules.map(withoutController), embedder);
  refuseFixed(words);
  const targets = await targetsOf(options);
  using database = openDatabase(databasePath(storePath));
  const lessons = new LessonStore(database, logger);
  const book = teach(words, { lessons, modelHash: embedder.describe().modelHash });
  const store = new CalibrationStore(database);
  const moments = new MomentStore(database);
  const snapshots = new SnapshotFolder(storePath);
  const recorder = new MomentRecorder({
    ...{ moments, samples: new SampleStore(database), snapshots, model: embedder, logger },
  });
  using calibrations = new CalibrationKeeper({
    store,
    modelHash: () => embedder.describe().modelHash,
    logger,
  });
  const watch = { ...options, book, calibrations, recorder };
  if (options.from.length > 0) for (const target of targets) await watchTarget(target, watch);
  else await Promise.all(targets.map((target) => watchTarget(target, watch)));
  calibrations.write();
  if (signal.aborted) output.stderr('stopped: what was seen up to here is kept\n');
  const ids = targets.map(({ cameraId }) => cameraId);
  const rows = calibrationRows({ calibrations, moments, book, cameraIds: ids });
  printRows(rows, { output, pictureOf: (id) => join(storePath, 'snapshots', `${id}.jpg`) });
  output.stderr(`thresholds are in ${databasePath(storePath)}\n`);
  return 0;
}

/** An alarm in footage that nobody watches is no reason to raise a threshold: the fit sees it anyway. */
function withoutController(rule: WatchRule): WatchRule {
  return { ...rule, calibrate: { ...rule.calibrate, adapt: false } };
}

function refuseFixed(book: RuleBook): void {
  if ([...book.plans.values()].some(({ kind }) => kind === 'calibrated')) return;
  throw new WordwatchError('nothing-to-calibrate', 'no rule has a budget: all thresholds are fixed', {
    userInput: true,
    hint: 'Give a rule "budget: {false_alarms_per_day: 1}" and no "threshold".',
  });
}

async function targetsOf(options: CalibrateOptions): Promise<Target[]> {
  const { cameras, from } = options;
  if (from.length === 0) {
    const chosen = cameras.length > 0 ? cameras : options.configured.map(({ id }) => id);
    return chosen.map((cameraId) => {
      const { source: location, motionGate, ...camera } = configuredCamera(cameraId, options);
      return {
        cameraId,
        motionGate,
        sources: [createSource({ ...camera, cameraId, location, realtime: true })],
      };
    });
  }
  if (cameras.length > 1) {
    throw new WordwatchError('too-many-cameras', '--from is the footage of one camera: name one, or none', {
      userInput: true,
      hint: 'Without a name each recording is a camera of its own, named like its file.',
    });
  }
  const files = cameraIdsOf(from).map((name, i) => ({ cameraId: cameras[0] ?? name, location: from[i]! }));
  const ids = [...new Set(files.map(({ cameraId }) => cameraId))];
  return Promise.all(
    ids.map((cameraId) =>
      recordings(
        cameraId,
        files.filter((file) => file.cameraId === cameraId),
        options,
      ),
    ),
  );
}

/** Recordings of one camera, one after the other in time. */
async function recordings(
  cameraId: string,
  files: readonly { location: string }[],
  { configured, fps }: CalibrateOptions,
): Promise<Target> {
  const camera = configured.find(({ id }) => id === cameraId);
  const sources: CaptureSource[] = [];
  let startTimeMs = 0;
  for (const { location } of files) {
    const about = { fps: camera?.fps ?? fps, keyframesOnly: camera?.keyframesOnly ?? false };
    const source = createSource({ cameraId, location, startTimeMs, ...about });
    sources.push(source);
    startTimeMs += ((await probe(source)).durationMs ?? 0) + BETWEEN_FILES_MS;
  }
  return { cameraId, sources, motionGate: camera?.motionGate ?? true };
}

function configuredCamera(cameraId: string, { configured }: CalibrateOptions): CameraConfig {
  const camera = configured.find(({ id }) => id === cameraId);
  if (camera) return camera;
  throw new WordwatchError('unknown-camera', `no camera "${cameraId}" is configured`, {
    userInput: true,
    hint: `There ${configured.length > 0 ? `are ${configured.map(({ id }) => id).join(', ')}` : 'is no configuration'}. To calibrate from recordings, add --from.`,
  });
}

async function watchTarget(
  { cameraId, sources, motionGate }: Target,
  watch: CalibrateOptions & { book: RuleBook; calibrations: CalibrationKeeper; recorder: MomentRecorder },
): Promise<void> {
  const { output, liveMs, recorder } = watch;
  for (const source of sources) {
    let frames = 0;
    const progress = new Progress(source, { output, told: () => `${frames} frames` });
    if (!source.realtime) await progress.start();
    const ending = new AbortController();
    const timer = liveMs === null ? null : setTimeout(() => ending.abort(), liveMs);
    const watched = watchCamera({
      ...{ source, motionGate, embedder: watch.embedder, calibrations: watch.calibrations },
      book: () => watch.book,
      timeZone: source.realtime ? watch.timeZone : null,
      onModelError: 'throw',
      onStatus: ({ state, reason }) =>
        state === 'offline' ? output.stderr(`${cameraId}: ${reason ?? 'offline'}\n`) : undefined,
      logger: watch.logger,
      signal: AbortSignal.any([watch.signal, ending.signal]),
    });
    for await (const { pyramid, vectors, peaks, scoringOf } of watched) {
      if (!pyramid || !vectors) continue;
      frames++;
      await recorder.peaks(peaks, { pyramid, vectors, scoringOf });
      recorder.sample(pyramid, vectors);
      progress.at(pyramid.ptsMs);
    }
    if (timer) clearTimeout(timer);
    progress.finish();
  }
}
