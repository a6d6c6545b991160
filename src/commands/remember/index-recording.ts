import { statSync } from 'node:fs';
import { createSource, probe } from '../../capture/index.js';
import type { DetectionEvent } from '../../detect/event.js';
import { VectorRecorder } from '../../pipeline/vector-recorder.js';
import { WordwatchError } from '../../shared/errors.js';
import type { ImportStore, RecordingContent } from '../../store/vectors/import-store.js';
import type { VectorStore } from '../../store/vectors/vector-store.js';
import { scanSource } from '../scan.js';
import { CoveredTime } from './covered-time.js';
import type { ImportProgress } from './import-progress.js';
import type { Recording } from './recordings.js';
import type { Outcome, RememberOptions } from './remember.js';
import { unwritable } from './store-failures.js';

/** What {@link indexRecording} needs. */
export interface IndexOptions extends RememberOptions {
  content: RecordingContent;
  imports: ImportStore;
  vectors: VectorStore;
  progress: ImportProgress;
  onEvent: (event: DetectionEvent) => void;
}

/**
 * Goes through one recording and keeps what the model makes of it: all of it or nothing.
 * @returns null: it was stopped
 * @throws WordwatchError `source-…`, `no-start-time`, `recording-grows`, `vectors-unwritable`
 */
export async function indexRecording(recording: Recording, options: IndexOptions): Promise<Outcome | null> {
  const { content, imports, fps, keyframesOnly, progress, signal } = options;
  const { cameraId, path: location } = recording;
  const source = createSource({ cameraId, location, fps, keyframesOnly });
  const { durationMs, createdMs } = await probe(source);
  const startMs = recording.startMs ?? createdMs ?? modifiedStart(recording, { durationMs, ...options });
  const importId = imports.begin(content, recording, startMs);
  const span = { fromMs: startMs, toMs: durationMs === null ? Infinity : startMs + durationMs };
  const covered = CoveredTime.of(options.vectors, { ...span, cameraId, modelHash: content.modelHash });
  if (covered.hasAll(span)) {
    imports.finish(importId);
    return { state: 'covered', cameraId, fromMs: startMs };
  }
  progress.begin(recording.bytes, durationMs);
  try {
    const kept = await keepFrames({ ...source, startTimeMs: startMs }, { ...options, importId, covered });
    if (!signal.aborted) {
      refuseGrowing(recording);
      imports.finish(importId);
      return { state: 'indexed', cameraId, fromMs: startMs, ...kept };
    }
  } catch (error) {
    dropQuietly(imports, importId);
    throw error;
  }
  imports.drop(importId);
  return null;
}

type Kept = Omit<Outcome & { state: 'indexed' }, 'state' | 'cameraId' | 'fromMs'>;

async function keepFrames(
  source: ReturnType<typeof createSource>,
  { importId, covered, ...options }: IndexOptions & { importId: number; covered: CoveredTime },
): Promise<Kept> {
  const { vectors, embedder, commonness, logger, storePath, motionGate, fps, progress } = options;
  const { cameraId } = source;
  let failure: unknown = null;
  const store = {
    write: ((rows, { storedAtMs }) => {
      try {
        vectors.write(rows, { storedAtMs, importId });
      } catch (error) {
        failure ??= error;
        throw error;
      }
    }) satisfies VectorStore['write'],
  };
  // The recorder goes on without what it cannot write; of a recording, all is to be written.
  const refuseFailure = () => {
    if (failure !== null) throw unwritable(storePath, failure);
  };
  const kept: Kept = { toMs: source.startTimeMs!, frames: 0, vectors: 0, covered: 0 };
  {
    using recorder = new VectorRecorder({ store, model: embedder, commonness, logger });
    await scanSource({
      ...{ ...options, source, alsoLayout: { kind: 'auto' } },
      onFrame: (frame) => {
        if (!frame.seen || !frame.pyramid) return;
        progress.at(frame.pyramid.ptsMs);
        if (covered.has(frame.seen.atMs)) return void kept.covered++;
        recorder.keep(frame, { cameraId, fps, motionGate, timed: true });
        // Files wait for the disk.
        recorder.write();
        refuseFailure();
        kept.toMs = frame.seen.atMs;
        kept.frames++;
        kept.vectors += frame.fresh.length;
      },
    });
  }
  refuseFailure();
  return kept;
}

function modifiedStart(
  { shown, modifiedMs }: Recording,
  { durationMs, byModified }: Pick<IndexOptions, 'byModified'> & { durationMs: number | null },
): number {
  if (byModified && durationMs !== null) return modifiedMs - durationMs;
  throw new WordwatchError('no-start-time', `${shown}: neither its name nor the file says when it begins`, {
    userInput: true,
    hint: 'Say how names are to be read with --name "{camera}_%Y-%m-%d_%H-%M-%S", or take the time of the last change, less the length, with --by-modified; for one file there is --start-time.',
  });
}

/** A recorder that is still writing the file would make a double of what it holds now. */
function refuseGrowing({ path, shown, bytes, modifiedMs }: Recording): void {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.size === bytes && now.mtimeMs === modifiedMs) return;
  throw new WordwatchError('recording-grows', `${shown}: changed while it was read`, {
    retryable: true,
    hint: 'It is indexed when the same command is given again.',
  });
}

/** On a full disk this fails as well, and is done at the next start. */
function dropQuietly(imports: ImportStore, importId: number): void {
  try {
    imports.drop(importId);
  } catch {
    // the first error is told
  }
}
