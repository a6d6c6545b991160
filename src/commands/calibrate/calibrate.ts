import { join } from 'node:path';
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
import { writeCalibrationReport } from './report.js';
import { printRows } from './rows.js';
import type { Target } from './targets.js';

/** What {@link runCalibrate} is asked to do. */
export interface CalibrateOptions {
  targets: readonly Target[];
  /** How long cameras are watched. */
  liveMs: number | null;
  rules: readonly WatchRule[];
  embedder: Embedder;
  timeZone: string;
  /** Data folder. */
  storePath: string;
  /** HTML file to write; null: none. */
  report: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Finds thresholds from footage: watches it, raises nothing, and tells what was found. What is known of a camera already
 * counts, too.
 * @returns the exit code
 */
export async function runCalibrate(options: CalibrateOptions): Promise<number> {
  const { targets, embedder, storePath, output, logger, signal } = options;
  const words = await openRuleBook(options.rules.map(withoutController), embedder);
  refuseFixed(words);
  using database = openDatabase(databasePath(storePath));
  const lessons = new LessonStore(database, logger);
  const book = teach(words, { lessons, modelHash: embedder.describe().modelHash });
  const store = new CalibrationStore(database);
  const moments = new MomentStore(database);
  const snapshots = new SnapshotFolder(storePath);
  using recorder = new MomentRecorder({
    ...{ moments, samples: new SampleStore(database), snapshots, model: embedder, logger },
  });
  using calibrations = new CalibrationKeeper({
    store,
    modelHash: () => embedder.describe().modelHash,
    logger,
  });
  const watch = { ...options, book, calibrations, recorder };
  const isLive = targets.some(({ sources }) => sources.some(({ realtime }) => realtime));
  if (isLive) await Promise.all(targets.map((target) => watchTarget(target, watch)));
  else for (const target of targets) await watchTarget(target, watch);
  calibrations.write();
  if (signal.aborted) output.stderr('stopped: what was seen up to here is kept\n');
  const ids = targets.map(({ cameraId }) => cameraId);
  const rows = calibrationRows({ calibrations, moments, book, cameraIds: ids });
  const pictureOf = (id: string) => join(storePath, 'snapshots', `${id}.jpg`);
  printRows(rows, { output, pictureOf });
  if (options.report !== null) {
    await writeCalibrationReport({ rows, moments, pictureOf, file: options.report });
    output.stderr(`report: ${options.report}\n`);
  }
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
    for await (const { pyramid, seen, peaks, scoringOf } of watched) {
      if (!pyramid || !seen?.coded) continue;
      const vectors = seen.coded.map(({ vector }) => vector);
      frames++;
      await recorder.peaks(peaks, { pyramid, vectors, scoringOf });
      recorder.sample(pyramid, vectors);
      progress.at(pyramid.ptsMs);
    }
    if (timer) clearTimeout(timer);
    progress.finish();
  }
}
