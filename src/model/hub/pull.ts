import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WordwatchError } from '../../shared/errors.js';
import type { ModelCard } from '../files.js';
import { DTYPE_SUFFIXES, type Dtype } from '../model-choice.js';
import { type CatalogueEntry, catalogueEntry } from './catalogue.js';
import { downloadFile, sizeOf } from './download.js';
import { filesOf, type Hub, type HubFile, resolveRevision } from './hub-files.js';
import { compareWithPin, type Pins, pinsPath, readPins, writePins } from './pins.js';
import { holdModel } from './pull-lock.js';

/** Weights to bring where nobody asks for others: what the hub's 8-bit files are called. */
const DEFAULT_DTYPE: Dtype = 'quantized';

const PREPROCESSOR = 'preprocessor_config.json';
const DESCRIPTIONS = ['config.json', PREPROCESSOR, 'tokenizer.json', 'tokenizer_config.json'];
/** Files at once: more gain nothing on one line, fewer leave it idle between small files. */
const CONCURRENCY = 3;
const STALL_TIMEOUT_MS = 30_000;

/** How far a pull is. */
export interface PullProgress {
  doneBytes: number;
  totalBytes: number;
  /** Files that are being brought. */
  files: readonly string[];
}

/** What {@link pullModel} needs. */
export interface PullOptions {
  id: string;
  /** Where pulled models live. */
  modelsFolder: string;
  hub: Hub;
  /** Weights; null: {@link DEFAULT_DTYPE}. */
  dtype: Dtype | null;
  /** The user has read the licence of a model that restricts its use. */
  acceptLicence: boolean;
  /** Take what the hub has now, even if it is not what was pinned. */
  update: boolean;
  onProgress: (progress: PullProgress) => void;
  stallTimeoutMs?: number;
  signal: AbortSignal;
}

/** What became of a pull. */
export interface Pulled {
  path: string;
  pins: Pins;
  /** Files that were brought; none: everything was here. */
  brought: readonly string[];
}

/**
 * Brings a model of the catalogue from the hub into a folder of its own. A pull that was interrupted goes on where it
 * ended; a model's folder appears only when all its files are there and are what the hub declares.
 * @throws WordwatchError `unknown-model`, `licence-not-accepted`, `model-busy`, `model-changed`, `model-incomplete`,
 *   `disk-full`, `download-corrupt`, `hub-unreachable`, `hub-refused`, `hub-not-found`, `hub-failed`, `stopped`
 */
export async function pullModel(options: PullOptions): Promise<Pulled> {
  const { id, modelsFolder, hub, update } = options;
  const entry = catalogueEntry(id);
  if (entry.restriction && !options.acceptLicence) {
    throw new WordwatchError('licence-not-accepted', `${id}: ${entry.restriction}`, {
      userInput: true,
      hint: 'Read it, and pull again with --accept-license if your use is allowed.',
    });
  }
  await using _held = await holdModel(join(modelsFolder, '.partial', `${id}.pid`));
  const pins = await readPins(modelsFolder, id);
  const pinned = pins !== null && !update ? pins : null;
  const revision = pinned?.revision ?? (await resolveRevision(hub, entry.repository, entry.revision));
  const all = await filesOf(hub, entry.repository, revision);
  const wanted = select(all, { entry, dtype: options.dtype ?? DEFAULT_DTYPE });
  if (pinned) refuseChanges(wanted, pinned, { id, modelsFolder });

  const path = join(modelsFolder, id);
  // Another commit's files are another model: they must not mix with those that are here.
  const kept = pins?.revision === revision ? pins.files : {};
  const missing: HubFile[] = [];
  for (const file of wanted) if (!(await isHere(path, file, kept))) missing.push(file);
  const staging = join(modelsFolder, '.partial', `${id}@${revision}`);
  const sha256 = await bring(missing, { ...options, entry, revision, staging });

  const files = { ...kept };
  for (const file of missing)
    files[file.path] = { sizeBytes: file.sizeBytes, sha256: sha256.get(file.path)! };
  const fresh: Pins = {
    repository: entry.repository,
    revision,
    licence: entry.licence,
    pulledAt: new Date().toISOString(),
    files,
  };
  if (missing.length > 0) {
    if (pins && pins.revision !== revision) await rm(path, { recursive: true, force: true });
    const card: Pick<ModelCard, 'name' | 'license'> = { name: id, license: entry.licence };
    await writeFile(join(staging, 'wordwatch.json'), `${JSON.stringify(card, null, 2)}\n`);
    await install(staging, path);
    await writePins(modelsFolder, id, fresh);
  }
  await removeLeftovers(modelsFolder, id);
  return { path, pins: missing.length > 0 ? fresh : pins!, brought: missing.map((file) => file.path) };
}

/** The files that a model is made of, with weights of one kind. */
function select(
  all: readonly HubFile[],
  { entry, dtype }: { entry: CatalogueEntry; dtype: Dtype },
): HubFile[] {
  const named = (name: string) => all.find(({ path }) => path === name);
  const suffix = DTYPE_SUFFIXES[dtype];
  const halves = ['vision_model', 'text_model'].map((stem) => `onnx/${stem}${suffix}.onnx`);
  const both = `onnx/model${suffix}.onnx`;
  const networks = named(both) && !halves.every(named) ? [both] : halves;
  const wanted = [...DESCRIPTIONS, ...networks].map((path) => {
    const file = named(path) ?? (path === PREPROCESSOR ? named('processor_config.json') : undefined);
    if (file) return file;
    const found = all.flatMap((candidate) =>
      /^onnx\/(vision_)?model.*\.onnx$/.test(candidate.path) ? candidate.path : [],
    );
    const wantedName = halves.includes(path) ? `${path} or ${both}` : path;
    throw new WordwatchError('model-incomplete', `${entry.repository} has no ${wantedName}`, {
      userInput: true,
      hint: `Its weights are ${found.join(', ') || 'none'}. Others are chosen by --dtype: ${Object.keys(DTYPE_SUFFIXES).join(', ')}.`,
    });
  });
  // Networks past 2 GB keep their weights in a second file.
  return [...wanted, ...all.filter(({ path }) => networks.some((network) => path === `${network}_data`))];
}

/** Pinned files must be what they were, whatever a hub or a mirror says of the same commit today. */
function refuseChanges(
  wanted: readonly HubFile[],
  { files }: Pins,
  { id, modelsFolder }: { id: string; modelsFolder: string },
): void {
  const changed = wanted.filter(({ path, sizeBytes, digest }) => {
    const pin = files[path];
    if (!pin) return false;
    return pin.sizeBytes !== sizeBytes || (digest.kind === 'sha256' && digest.hex !== pin.sha256);
  });
  if (changed.length === 0) return;
  throw new WordwatchError(
    'model-changed',
    `${id}: ${changed.map(({ path }) => path).join(', ')} at the hub is not what was pulled first (${pinsPath(modelsFolder, id)})`,
    {
      userInput: true,
      hint: 'If you trust the change, pull again with --update; thresholds must then be found anew.',
    },
  );
}

async function isHere(folder: string, { path }: HubFile, pinned: Pins['files']): Promise<boolean> {
  const pin = pinned[path];
  return pin !== undefined && (await compareWithPin(join(folder, path), pin)) === 'unchanged';
}

interface BringOptions extends PullOptions {
  entry: CatalogueEntry;
  revision: string;
  staging: string;
}

/** Brings files into the staging folder. @returns their sha256 by path */
async function bring(files: readonly HubFile[], options: BringOptions): Promise<Map<string, string>> {
  const { hub, entry, revision, staging, onProgress, signal } = options;
  const sha256 = new Map<string, string>();
  if (files.length === 0) return sha256;
  await mkdir(staging, { recursive: true });
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await requireSpace(staging, files);
  const underWay = new Set<string>();
  let doneBytes = 0;
  const failed = new AbortController();
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file && !failed.signal.aborted; file = waiting.shift()) {
      underWay.add(file.path);
      const hash = await downloadFile({
        hub,
        file,
        url: `${hub.url}/${entry.repository}/resolve/${revision}/${file.path}`,
        into: join(staging, file.path),
        onBytes: (bytes) => {
          doneBytes += bytes;
          onProgress({ doneBytes, totalBytes, files: [...underWay] });
        },
        stallTimeoutMs: options.stallTimeoutMs ?? STALL_TIMEOUT_MS,
        signal: AbortSignal.any([signal, failed.signal]),
      });
      sha256.set(file.path, hash);
      underWay.delete(file.path);
    }
  };
  let firstError: unknown = null;
  const workers = Array.from({ length: CONCURRENCY }, () =>
    worker().catch((error) => {
      firstError ??= error;
      failed.abort();
    }),
  );
  await Promise.all(workers);
  if (firstError) throw firstError;
  return sha256;
}

/** @throws WordwatchError `disk-full` before anything is fetched that could not be kept */
async function requireSpace(staging: string, files: readonly HubFile[]): Promise<void> {
  let neededBytes = 0;
  for (const { path, sizeBytes } of files) {
    neededBytes += Math.max(0, sizeBytes - (await sizeOf(join(staging, path))));
  }
  const { bavail, bsize } = await statfs(staging);
  const freeBytes = bavail * bsize;
  if (neededBytes <= freeBytes) return;
  const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new WordwatchError(
    'disk-full',
    `${staging} needs ${mb(neededBytes)}, only ${mb(freeBytes)} are free`,
    {
      hint: 'Make room, or name another folder by WORDWATCH_MODELS.',
    },
  );
}

/** Moves checked files to where models are read from: as one step where the model is new. */
async function install(staging: string, path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) === null) {
    await rename(staging, path);
    return;
  }
  for (const name of await readdir(staging, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const from = join(name.parentPath, name.name);
    const to = join(path, from.slice(staging.length));
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  }
}

/** What pulls of other commits left behind. */
async function removeLeftovers(modelsFolder: string, id: string): Promise<void> {
  const folder = join(modelsFolder, '.partial');
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${id}@`)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
