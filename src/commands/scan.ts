import { mkdirSync, openSync, writeSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { createSource } from '../capture/index.js';
import type { CaptureSource } from '../capture/source.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Embedder } from '../model/embedder.js';
import { CalibrationKeeper } from '../pipeline/calibration-keeper.js';
import { EventRecorder } from '../pipeline/event-recorder.js';
import { openRuleBook, type RuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { type WatchedFrame, watchCamera } from '../pipeline/watch-camera.js';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { redactUrl } from '../shared/redact-url.js';
import { CalibrationStore } from '../store/calibration-store.js';
import { openExistingDatabase } from '../store/database.js';
import { LessonStore } from '../store/lesson-store.js';
import { SnapshotFolder } from '../store/snapshots.js';
import type { Logger } from '../telemetry/logger.js';
import type { TileLayout } from '../tiling/layout.js';
import { type Output, writeEvent } from './output.js';
import { Progress } from './progress.js';

/** What {@link runScan} is asked to do. */
export interface ScanOptions {
  /** Files, folders of images or streams, one after the other. */
  sources: readonly string[];
  rules: readonly WatchRule[];
  embedder: Embedder;
  /** Frames sampled a second. */
  fps: number;
  keyframesOnly: boolean;
  /** Whether parts of the picture in which nothing changes are looked at less often. */
  motionGate: boolean;
  /** When the footage begins, milliseconds since the epoch; null: not known, and rules are always active. */
  startTimeMs: number | null;
  timeZone: string;
  /** Data folder whose calibrations and lessons are used, and not changed; null: rules begin to calibrate with each source. */
  storePath: string | null;
  /** Folder for snapshots and `events.jsonl`; null: none. */
  outDir: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * One pass over footage, as fast as it can be read. A source that fails is reported and the others go on.
 * @returns the exit code: 0, 1 when a source failed, 2 when one cannot be what the user meant
 */
export async function runScan(options: ScanOptions): Promise<number> {
  const { sources, outDir, output, embedder } = options;
  using database = options.storePath === null ? null : openExistingDatabase(options.storePath);
  const lessons = database && new LessonStore(database, options.logger);
  const book = await openRuleBook(options.rules, embedder, lessons);
  const recorder = openRecorder(options);
  const calibrations = new CalibrationKeeper({
    store: database && new CalibrationStore(database),
    readOnly: true,
    modelHash: () => embedder.describe().modelHash,
    logger: options.logger,
  });
  let exitCode = 0;
  for (const [index, cameraId] of cameraIdsOf(sources).entries()) {
    if (options.signal.aborted) break;
    try {
      await scanOne(sources[index]!, { ...options, cameraId, book, recorder, calibrations });
    } catch (error) {
      output.stderr(`${redactUrl(sources[index]!)}: ${redactUrl(messageOf(error))}\n`);
      const isUserInput = error instanceof WordwatchError && error.userInput;
      exitCode = Math.max(exitCode, isUserInput ? 2 : 1);
    }
  }
  if (outDir) output.stderr(`events and snapshots are in ${resolve(outDir)}\n`);
  return exitCode;
}

async function scanOne(
  location: string,
  scan: ScanOptions & Pick<SourceScan, 'book' | 'recorder' | 'calibrations'> & { cameraId: string },
): Promise<void> {
  const { cameraId, fps, keyframesOnly, startTimeMs, timeZone, output } = scan;
  const source = createSource({ cameraId, location, fps, keyframesOnly, startTimeMs: startTimeMs ?? 0 });
  let events = 0;
  const told = () => `${events} event${events === 1 ? '' : 's'}`;
  const progress = new Progress(source, { output, told });
  await progress.start();
  await scanSource({
    ...{ ...scan, source, timeZone: startTimeMs === null ? null : timeZone },
    onEvent: (event) => {
      progress.clear();
      writeEvent(event, output);
      events += event.phase === 'start' ? 1 : 0;
    },
    onFrame: ({ pyramid }) => {
      if (pyramid) progress.at(pyramid.ptsMs);
    },
  });
  progress.finish();
}

/** One source, and what it is looked at with. */
export interface SourceScan extends Pick<ScanOptions, 'embedder' | 'motionGate' | 'logger' | 'signal'> {
  source: CaptureSource;
  /** Of active hours; null: the footage's time of day is not known. */
  timeZone: string | null;
  book: RuleBook;
  recorder: EventRecorder;
  calibrations: CalibrationKeeper;
  /** Tiles that are looked at besides those of the rules. */
  alsoLayout?: TileLayout;
  onEvent: (event: DetectionEvent) => void;
  onFrame: (frame: WatchedFrame) => void;
}

/** Goes through one source. */
export async function scanSource(scan: SourceScan): Promise<void> {
  const { source, book, recorder, onEvent, onFrame } = scan;
  const watched = watchCamera({ ...scan, book: () => book, onModelError: 'throw', onStatus: () => {} });
  for await (const frame of watched) {
    for (const { event } of await recorder.keep(frame, source.cameraId)) onEvent(event);
    onFrame(frame);
  }
}

/** Numbers events and, with `--out`, keeps them in files. */
export function openRecorder({
  outDir,
  embedder,
  logger,
}: Pick<ScanOptions, 'outDir' | 'embedder' | 'logger'>): EventRecorder {
  let seq = 0;
  let write = (_event: DetectionEvent): void => {};
  if (outDir) {
    try {
      mkdirSync(outDir, { recursive: true });
      const file = openSync(join(outDir, 'events.jsonl'), 'a');
      write = (event) => void writeSync(file, `${JSON.stringify(event)}\n`);
    } catch (error) {
      throw new WordwatchError(
        'out-unwritable',
        `--out ${outDir}: cannot write there (${codeOf(error) ?? messageOf(error)})`,
        {
          cause: error,
          userInput: true,
        },
      );
    }
  }
  return new EventRecorder({
    store: {
      add: (event) => {
        const numbered = { ...event, seq: ++seq };
        write(numbered);
        return numbered;
      },
      settled: async () => {},
    },
    snapshots: outDir ? new SnapshotFolder(outDir) : null,
    moments: null,
    model: embedder,
    logger,
  });
}

/** The id nearest to a name. */
export function idOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 56);
  return plain || 'camera';
}

/**
 * Camera ids of scanned sources: a file's name without its ending, in the letters an id may have; the same name twice
 * gets a number.
 */
export function cameraIdsOf(sources: readonly string[]): string[] {
  const taken = new Set<string>();
  return sources.map((source) => {
    const plain = idOf(basename(redactUrl(source), extname(source)));
    let id = plain;
    for (let number = 2; taken.has(id); number++) id = `${plain}-${number}`;
    taken.add(id);
    return id;
  });
}
