import { renameSync, rmSync } from 'node:fs';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import { openVectorsReadOnly } from '../../store/vectors/vector-database.js';
import { type RememberedCamera, type VectorRange, VectorStore } from '../../store/vectors/vector-store.js';
import type { Output } from '../output.js';
import { writeNpy } from './npy.js';
import { type VectorValues, writeParquet } from './parquet.js';
import { type VectorBatch, vectorBatches } from './vector-batches.js';

/** How vectors are written. */
export const VECTOR_FORMATS = ['parquet', 'npy'] as const;

/** What {@link runExportVectors} is asked to do. */
export interface ExportVectorsOptions {
  storePath: string;
  format: (typeof VECTOR_FORMATS)[number];
  values: VectorValues;
  range: VectorRange;
  /** Or its beginning; null: all models. */
  modelHash: string | null;
  out: string;
  output: Output;
  signal: AbortSignal;
}

/**
 * Remembered vectors as a file for other programs. A week fits, as a minute at a time is in memory.
 * @returns the exit code
 * @throws WordwatchError `vectors-missing`, `no-vectors`, `several-models`, `out-unwritable`
 */
export async function runExportVectors(options: ExportVectorsOptions): Promise<number> {
  const { storePath, format, values, range, out, output, signal } = options;
  using database = openVectorsReadOnly(storePath);
  const store = new VectorStore(database);
  const modelHash = modelOf(store.cameras(), options);
  let unreadable = 0;
  const all = vectorBatches(store, { ...range, modelHash }, () => void unreadable++);
  const batches = untilAborted(all, signal);
  const part = `${out}.part`;
  const written = await writing(out, async () => {
    if (format === 'parquet') return writeParquet(part, { batches, values });
    const { dimension } = [...store.streams().values()].find((stream) => stream.modelHash === modelHash)!;
    return writeNpy(part, { batches, values, dimension });
  });
  if (signal.aborted) {
    for (const path of [part, `${part}.csv`]) rmSync(path, { force: true });
    return 1;
  }
  renameSync(part, out);
  if (format === 'npy') renameSync(`${part}.csv`, `${out}.csv`);
  if (unreadable > 0) output.stderr(`${unreadable} damaged minutes were left out\n`);
  output.stderr(
    `${written} vectors are in ${out}${format === 'npy' ? `, what they are of in ${out}.csv` : ''}\n`,
  );
  if (output.json) output.stdout(`${JSON.stringify({ out, vectors: written, unreadable })}\n`);
  return 0;
}

/** @returns the whole hash; null: all models */
function modelOf(
  remembered: readonly RememberedCamera[],
  { storePath, format, range, modelHash }: ExportVectorsOptions,
): string | null {
  const { cameraId = null, fromMs = -Infinity, toMs = Infinity } = range;
  const meant = remembered.filter(
    (camera) =>
      (cameraId === null || camera.cameraId === cameraId) && camera.toMs >= fromMs && camera.fromMs < toMs,
  );
  const models = [...new Set(meant.map((camera) => camera.modelHash))];
  const chosen = models.filter((hash) => hash.startsWith(modelHash ?? ''));
  const short = models.map((hash) => hash.slice(0, 12)).join(', ');
  if (chosen.length === 0) {
    const cameras = [...new Set(remembered.map((camera) => camera.cameraId))].join(', ');
    throw new WordwatchError(
      'no-vectors',
      `${storePath}: nothing is remembered of that camera, time and model`,
      {
        userInput: true,
        hint: `Cameras: ${cameras || 'none'}.${modelHash === null ? '' : ` Models: ${short || 'none'}.`}`,
      },
    );
  }
  if (chosen.length === 1) return chosen[0]!;
  if (modelHash === null && format === 'parquet') return null;
  throw new WordwatchError('several-models', `vectors of several models: ${short}`, {
    userInput: true,
    hint: 'Choose one by the beginning of its hash: --model-hash HASH',
  });
}

function* untilAborted(batches: Iterable<VectorBatch>, signal: AbortSignal): Generator<VectorBatch> {
  for (const batch of batches) {
    if (signal.aborted) return;
    yield batch;
  }
}

async function writing<T>(out: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const path of [`${out}.part`, `${out}.part.csv`]) rmSync(path, { force: true });
    throw new WordwatchError('out-unwritable', `--out ${out}: cannot write there (${messageOf(error)})`, {
      cause: error,
      userInput: true,
    });
  }
}
