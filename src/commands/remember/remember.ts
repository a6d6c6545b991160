import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectionEvent } from '../../detect/event.js';
import type { Embedder } from '../../model/embedder.js';
import type { CalibrationKeeper } from '../../pipeline/calibration-keeper.js';
import type { EventRecorder } from '../../pipeline/event-recorder.js';
import type { RuleBook } from '../../pipeline/rule-book.js';
import type { CommonnessMeter } from '../../pipeline/vector-recorder.js';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import { holdFile } from '../../shared/hold-file.js';
import { redactUrl } from '../../shared/redact-url.js';
import { ImportStore } from '../../store/vectors/import-store.js';
import { openVectorDatabase } from '../../store/vectors/vector-database.js';
import { VectorStore } from '../../store/vectors/vector-store.js';
import type { Logger } from '../../telemetry/logger.js';
import { type Output, writeEvent } from '../output.js';
import { type ImportCounts, ImportProgress } from './import-progress.js';
import { indexRecording } from './index-recording.js';
import { knowContent } from './known-content.js';
import type { Recording } from './recordings.js';
import { refuseFullDisk, storeFailureOf } from './store-failures.js';

/** What {@link runRemember} is asked to do. */
export interface RememberOptions {
  recordings: readonly Recording[];
  /** Files that were left out before; they make the exit code 2. */
  refused: number;
  /** Data folder. */
  storePath: string;
  /** Index also what was indexed before, in its place. */
  again: boolean;
  /** Where neither name nor file says when a recording begins: its last change, less its length. */
  byModified: boolean;
  fps: number;
  keyframesOnly: boolean;
  motionGate: boolean;
  /** Rules whose events are told; may be none. */
  book: RuleBook;
  embedder: Embedder;
  /** null: searching will not be able to tell everyday pictures from others. */
  commonness: CommonnessMeter | null;
  calibrations: CalibrationKeeper;
  recorder: EventRecorder;
  timeZone: string;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/** What became of one recording. */
export type Outcome =
  | {
      state: 'indexed';
      cameraId: string;
      fromMs: number;
      toMs: number;
      frames: number;
      vectors: number;
      /** Frames that were left out, as their time is remembered already. */
      covered: number;
    }
  | { state: 'covered'; cameraId: string; fromMs: number }
  | { state: 'known' }
  | { state: 'duplicate'; of: string | null };

/**
 * Indexes recordings into the data folder, so that they can be searched and rules be tried on them. What was indexed before
 * is not again; a recording that was not finished is begun anew, and what there was of it deleted.
 * @returns the exit code: 0, 1 when a recording failed or the work was stopped, 2 when one cannot be what the user meant
 * @throws WordwatchError `import-busy`, `store-…`, `disk-nearly-full`: nothing more can be written
 */
export async function runRemember(options: RememberOptions): Promise<number> {
  const { recordings, storePath, output, signal } = options;
  using database = openVectorDatabase(storePath);
  await using _held = await holdFile(join(storePath, 'import.pid'), (holder) => busy(storePath, holder));
  const imports = new ImportStore(database);
  const begun = imports.dropUnfinished();
  if (begun > 0) output.stderr('a recording that was not finished last time is begun anew\n');
  const counts: ImportCounts = { indexed: 0, known: 0, duplicates: 0, covered: 0, failed: 0 };
  const progress = new ImportProgress(recordings, { output, counts });
  const vectors = new VectorStore(database);
  const totals = { events: 0, frames: 0, vectors: 0, coveredFrames: 0 };
  const onEvent = (event: DetectionEvent): void => {
    progress.clear();
    writeEvent(event, output);
    totals.events += event.phase === 'start' ? 1 : 0;
  };
  const seen = new Set<string>();
  let exitCode = options.refused > 0 ? 2 : 0;
  for (const recording of recordings) {
    if (signal.aborted) break;
    try {
      await refuseFullDisk(storePath);
      const outcome = await rememberOne(recording, { ...options, imports, vectors, progress, onEvent, seen });
      if (outcome === null) break;
      count(outcome, counts);
      if (outcome.state === 'indexed') {
        totals.frames += outcome.frames;
        totals.vectors += outcome.vectors;
        totals.coveredFrames += outcome.covered;
      }
      tell(recording, outcome, output);
    } catch (error) {
      const failure = storeFailureOf(error, storePath);
      if (failure) {
        progress.finish();
        throw failure;
      }
      // What ffmpeg says when it is ended is no news.
      if (signal.aborted) break;
      counts.failed++;
      progress.clear();
      fail(recording, error, output);
      exitCode = Math.max(exitCode, error instanceof WordwatchError && error.userInput ? 2 : 1);
    }
    progress.end(recording.bytes);
  }
  progress.finish();
  if (counts.covered + totals.coveredFrames > 0) output.stderr(COVERED);
  if (signal.aborted) {
    output.stderr('stopped: the same command goes on where it was\n');
    exitCode = Math.max(exitCode, 1);
  }
  const summary = { files: recordings.length, ...counts, refused: options.refused, ...totals };
  if (output.json)
    output.stdout(
      `${JSON.stringify({ kind: 'summary', ...summary, footageMs: progress.footageMs, stopped: signal.aborted })}\n`,
    );
  return exitCode;
}

interface OneOptions extends RememberOptions {
  imports: ImportStore;
  vectors: VectorStore;
  progress: ImportProgress;
  onEvent: (event: DetectionEvent) => void;
  /** Hashes of this run. */
  seen: Set<string>;
}

/** @returns null: it was stopped */
async function rememberOne(recording: Recording, options: OneOptions): Promise<Outcome | null> {
  const { imports, embedder, again, seen, signal } = options;
  // Other files have been indexed meanwhile, and this one may have grown.
  const { size: bytes, mtimeMs: modifiedMs } = statSync(recording.path);
  const file = { path: recording.path, bytes, modifiedMs };
  const known = await knowContent(file, { imports, modelHash: embedder.describe().modelHash, signal });
  if (known === null) return null;
  const { content, done } = known;
  const isTwin = seen.has(content.hash);
  seen.add(content.hash);
  if (done && (isTwin || !again)) return done;
  return await indexRecording({ ...recording, ...file }, { ...options, content });
}

function count({ state }: Outcome, counts: ImportCounts): void {
  if (state === 'indexed') counts.indexed++;
  else if (state === 'known') counts.known++;
  else if (state === 'covered') counts.covered++;
  else counts.duplicates++;
}

function tell({ shown }: Recording, outcome: Outcome, { json, stdout }: Output): void {
  if (json) stdout(`${JSON.stringify({ kind: 'file', file: shown, ...outcome })}\n`);
}

function fail({ shown }: Recording, error: unknown, { json, stdout, stderr }: Output): void {
  const reason = redactUrl(messageOf(error));
  const hint = error instanceof WordwatchError && error.hint ? `\n  ${error.hint}` : '';
  stderr(`${reason.includes(shown) ? '' : `${shown}: `}${reason}${hint}\n`);
  if (json) stdout(`${JSON.stringify({ kind: 'file', file: shown, state: 'failed', reason })}\n`);
}

const COVERED =
  'What is remembered already of the same camera and time was left out. If it is another camera, say so with --camera or --name.\n';

function busy(storePath: string, holder: string): WordwatchError {
  return new WordwatchError('import-busy', `${storePath}: process ${holder} is indexing recordings there`, {
    retryable: true,
    hint: `Wait until it is done. If no such process exists, remove ${join(storePath, 'import.pid')}.`,
  });
}
