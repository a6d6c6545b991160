import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { sourceKind } from '../../capture/index.js';
import { WordwatchError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact-url.js';
import type { RecordingFile } from '../../store/vectors/import-store.js';
import { idOf } from '../scan.js';
import type { NamePattern } from './name-pattern.js';
import { readUsualName } from './usual-names.js';

/** Endings of files that are taken for videos in a folder; a file that is named itself may have any. */
const VIDEO_ENDINGS = new Set(
  'mp4 m4v mov mkv webm avi ts mts m2ts mpg mpeg flv wmv asf 3gp ogv vob dav h264 264 h265 265 hevc mjpeg'.split(
    ' ',
  ),
);

/** A file that is to be indexed. */
export interface Recording extends RecordingFile {
  /** As it is shown: below the folder that was named. */
  shown: string;
  cameraId: string;
  /** When it begins, milliseconds since the epoch; null: its name does not say. */
  startMs: number | null;
}

/** How camera and time of recordings are found. */
export interface NamingOptions {
  /** Of all recordings; null: names say. */
  cameraId: string | null;
  /** null: usual names are recognised. */
  pattern: NamePattern | null;
  /** Where names count from. */
  timeZone: string;
}

/**
 * The videos at places that were named, by camera and then by time.
 * @param onMismatch told of files whose names are not as the pattern says; they are left out
 * @throws WordwatchError `source-…`, `no-recordings`, `no-stream-remembered`
 */
export function findRecordings(
  places: readonly string[],
  { naming, onMismatch }: { naming: NamingOptions; onMismatch: (shown: string) => void },
): Recording[] {
  const found = new Map<string, Recording>();
  let files = 0;
  for (const file of places.flatMap(filesAt)) {
    const { path, shown } = file;
    if (found.has(path)) continue;
    files++;
    const name = nameOf(file, naming);
    if (!name) {
      onMismatch(shown);
      continue;
    }
    const { size: bytes, mtimeMs: modifiedMs } = statSync(path);
    found.set(path, { path, bytes, modifiedMs, shown, ...name });
  }
  if (files === 0) {
    throw new WordwatchError('no-recordings', `${places.join(', ')}: no video in there`, {
      userInput: true,
      hint: `In folders, and folders in them, these are looked for: ${[...VIDEO_ENDINGS].map((end) => `.${end}`).join(' ')}. A file with another ending can be named itself.`,
    });
  }
  const key = ({ startMs, shown }: Recording) => [startMs ?? Infinity, shown] as const;
  return [...found.values()].sort((a, b) => {
    const [[aMs, aShown], [bMs, bShown]] = [key(a), key(b)];
    return compare(a.cameraId, b.cameraId) || compare(aMs, bMs) || compare(aShown, bShown);
  });
}

function compare<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Found {
  path: string;
  shown: string;
  /** The folder that was named, or the file's own. */
  below: string;
  /** Whether the file itself was named. */
  isNamed: boolean;
}

function filesAt(place: string): Found[] {
  const kind = sourceKind(place);
  if (kind === 'file') {
    const path = resolve(place);
    return [{ path, shown: place, below: dirname(path), isNamed: true }];
  }
  if (kind !== 'images') {
    throw new WordwatchError('no-stream-remembered', `${redactUrl(place)}: only recordings can be indexed`, {
      userInput: true,
      hint: 'Streams are remembered while "wordwatch run" watches them.',
    });
  }
  const root = resolve(place);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(({ name }) => VIDEO_ENDINGS.has(extname(name).slice(1).toLowerCase()) && !name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && !isTypeScript(path))
    .map((path) => ({ path, shown: join(place, relative(root, path)), below: root, isNamed: false }));
}

/** `.ts` is the ending of two things; every packet of a transport stream begins with a G. */
function isTypeScript(path: string): boolean {
  if (extname(path).toLowerCase() !== '.ts') return false;
  const file = openSync(path, 'r');
  try {
    const first = Buffer.alloc(1);
    return readSync(file, first) === 0 || first.toString() !== 'G';
  } finally {
    closeSync(file);
  }
}

function nameOf(
  { path, below, isNamed }: Found,
  { cameraId, pattern, timeZone }: NamingOptions,
): Pick<Recording, 'cameraId' | 'startMs'> | null {
  const inside = (folder: string) => relative(folder, path).split(sep).join('/');
  const facts = pattern ? pattern.read(inside('/'), timeZone) : readUsualName(inside(below), timeZone);
  if (!facts) return null;
  const { startMs } = facts;
  const own = isNamed && startMs === null ? basename(path, extname(path)) : basename(below);
  return { startMs, cameraId: cameraId ?? idOf(facts.camera ?? own) };
}
