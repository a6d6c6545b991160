import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { messageOf } from '../../shared/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { SESSION_OPTIONS } from '../session-options.js';
import { onlyFor } from './one-half.js';
import { withSignedWeights } from './signed-weights.js';

/** Changes whenever this file makes something else of the same network. */
const RECIPE = 2;
/** Smaller networks load and run in no time as they are. */
const WORTHWHILE_BYTES = 8 * 2 ** 20;
/** Past this a network keeps its weights in a second file, which the runtime's writer does not follow. */
const MAX_BYTES = 1.5 * 2 ** 30;
/** Runs of which the fastest counts: what else the machine does comes and goes. */
const TRIAL_RUNS = 4;

/** What {@link optimisedNetwork} needs. */
export interface OptimiseOptions {
  /** sha256 over the network's weights: what was made of other weights is not used. */
  hash: string;
  /** Where optimised networks live; see {@link optimisedFolder}. */
  folder: string;
  /** Something to try it with, in the shape that it takes. */
  trial: (inputs: readonly ort.InferenceSession.ValueMetadata[]) => Record<string, ort.Tensor>;
  /** Of a file that holds both halves of a model, the output that is wanted: what it does not need is cut away. */
  output?: string | null;
  /** Smaller networks stay as they are. */
  worthwhileBytes?: number;
  logger: Logger;
}

/** What was made of a network. */
export interface OptimisedNetwork {
  /** File to load with the runtime's own optimisations off: they are in it. null: the original is as good. */
  path: string | null;
  /** Whether unsigned weights were made signed. */
  signedWeights: boolean;
  /** How many times faster it was than the original when it was made. */
  speedup: number;
  /** Why there is no such file. */
  reason: string | null;
}

/** Where what is made of the networks of a model directory lives. @param modelsFolder where pulled models live */
export function optimisedFolder(modelsFolder: string, directory: string): string {
  const path = resolve(directory);
  const place = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(modelsFolder, '.optimised', `${basename(path)}-${place}`);
}

/**
 * Makes of a network what this machine's CPU runs fastest, once: unsigned weights become signed
 * (`signed-weights.ts`), and the runtime's optimised graph is kept on disk. It is used only when it gives the same
 * vectors as the original, bit for bit, and is no slower.
 * @param path an ONNX file
 * @returns what is on disk from an earlier time, else what was made now; where nothing can be kept (a disk that is full
 *   or read-only), the original goes on serving
 */
export async function optimisedNetwork(path: string, options: OptimiseOptions): Promise<OptimisedNetwork> {
  const { size } = await stat(path);
  if (size < (options.worthwhileBytes ?? WORTHWHILE_BYTES)) return original('it is small');
  if (size > MAX_BYTES) return original('it is too large');
  const { hash, folder, logger } = options;
  const stem = [basename(path, '.onnx'), options.output].filter(Boolean).join('-');
  const key = createHash('sha256')
    .update(
      JSON.stringify([RECIPE, hash, ort.env.versions.common, cpus()[0]?.model, multipliesSignedExactly()]),
    )
    .digest('hex')
    .slice(0, 16);
  const verdictPath = join(folder, `${stem}-${key}.json`);
  try {
    const known = await readVerdict(verdictPath);
    if (known) return known;
    logger.info({ network: path }, 'making the network fast for this machine, once');
    await mkdir(folder, { recursive: true });
    const verdict = await make(path, { ...options, target: join(folder, `${stem}-${key}.onnx`) });
    await removeOthers(folder, { stem, key });
    await writeWhole(verdictPath, JSON.stringify(verdict));
    const { speedup, signedWeights, reason } = verdict;
    logger.info({ network: path, speedup, signedWeights, reason }, 'network tried');
    return verdict;
  } catch (error) {
    logger.warn({ network: path, reason: messageOf(error) }, 'the network is used as it is');
    return original(messageOf(error));
  }
}

function original(reason: string): OptimisedNetwork {
  return { path: null, signedWeights: false, speedup: 1, reason };
}

async function readVerdict(path: string): Promise<OptimisedNetwork | null> {
  try {
    const verdict = JSON.parse(await readFile(path, 'utf8')) as OptimisedNetwork;
    return verdict.path === null || existsSync(verdict.path) ? verdict : null;
  } catch {
    return null; // none yet, or cut off in the middle: made again
  }
}

async function make(
  path: string,
  { target, folder, trial, output = null }: OptimiseOptions & { target: string },
): Promise<OptimisedNetwork> {
  const before = await tryOut(path, { graphOptimizationLevel: 'all' }, { trial, output });
  const scratch = join(folder, `.${randomUUID()}`);
  await mkdir(scratch);
  try {
    const made = join(scratch, 'optimised.onnx');
    let reason = '';
    const whole = (output && (await halfCopy(path, output, scratch))) || path;
    for (const source of [await signedCopy(whole, scratch), whole]) {
      if (source === null) continue;
      const session = await ort.InferenceSession.create(source, {
        ...SESSION,
        graphOptimizationLevel: 'all',
        optimizedModelFilePath: made,
      });
      await session.release();
      const after = await tryOut(made, { graphOptimizationLevel: 'disabled' }, { trial, output });
      const speedup = Number((before.ms / after.ms).toFixed(2));
      // The same graph differs in speed by noise alone, and starts sooner in any case.
      if (!before.bytes.equals(after.bytes)) reason = 'it gives other vectors';
      else if (source !== whole && speedup < 1.02) reason = 'it is no faster';
      else {
        await rename(made, target);
        return { path: target, signedWeights: source !== whole, speedup, reason: null };
      }
    }
    return original(reason);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const SESSION: ort.InferenceSession.SessionOptions = {
  ...SESSION_OPTIONS,
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
};

async function halfCopy(path: string, output: string, folder: string): Promise<string | null> {
  const half = onlyFor(output, await readFile(path));
  if (half === null) return null;
  const copy = join(folder, 'half.onnx');
  await writeFile(copy, half);
  return copy;
}

async function signedCopy(path: string, folder: string): Promise<string | null> {
  if (!multipliesSignedExactly()) return null;
  const signed = withSignedWeights(await readFile(path));
  if (signed === null) return null;
  const copy = join(folder, 'signed.onnx');
  await writeFile(copy, signed);
  return copy;
}

/**
 * Whether this CPU multiplies unsigned by signed bytes without rounding. x86 before VNNI adds two products in 16 bits,
 * where they can overflow: rarely enough that a trial may not show it.
 */
function multipliesSignedExactly(): boolean {
  if (process.arch === 'arm64') return true;
  try {
    return /\b(avx512_vnni|avx_vnni)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false; // another system: its CPU cannot be asked
  }
}

/** What a network gives for the trial, and how long it takes. */
async function tryOut(
  path: string,
  level: Pick<ort.InferenceSession.SessionOptions, 'graphOptimizationLevel'>,
  { trial, output }: { trial: OptimiseOptions['trial']; output: string | null },
): Promise<{ bytes: Buffer; ms: number }> {
  const session = await ort.InferenceSession.create(path, { ...SESSION, ...level });
  try {
    const feeds = trial(session.inputMetadata);
    let ms = Number.POSITIVE_INFINITY;
    let outputs: ort.InferenceSession.ReturnType = {};
    const wanted = output === null ? session.outputNames : [output];
    for (let run = 0; run < TRIAL_RUNS; run++) {
      const startedMs = performance.now();
      outputs = await session.run(feeds, wanted);
      ms = Math.min(ms, performance.now() - startedMs);
    }
    const parts = wanted.map((name) => {
      const { buffer, byteOffset, byteLength } = outputs[name]!.data as Float32Array;
      return Buffer.from(buffer, byteOffset, byteLength);
    });
    return { bytes: Buffer.concat(parts), ms };
  } finally {
    await session.release();
  }
}

/** What was made of the same network earlier: for other weights, another runtime or another CPU. */
async function removeOthers(folder: string, { stem, key }: { stem: string; key: string }): Promise<void> {
  for (const name of await readdir(folder)) {
    const isOfNetwork = name.startsWith(`${stem}-`) && name.length === `${stem}-${key}.json`.length;
    if (isOfNetwork && !name.includes(key)) await rm(join(folder, name), { force: true });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const part = join(dirname(path), `.${randomUUID()}`);
  await writeFile(part, text);
  await rename(part, path);
}
