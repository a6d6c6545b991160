import { momentOf } from './civil-time.js';
import { type NameFacts, NamePattern } from './name-pattern.js';

/** Frigate names folders by UTC, whatever its time zone. */
const FRIGATE = new NamePattern('%Y-%m-%d/%H/{camera}/%M.%S.mp4');

const DATE = '(?<year>20\\d{2})(?<dash>[-_.]?)(?<month>\\d{2})\\k<dash>(?<day>\\d{2})';
const TIME =
  '(?<hour>\\d{2})(?<colon>[-_.:]?)(?<minute>\\d{2})(?:\\k<colon>(?<second>\\d{2}))?(?:[.,]\\d+)?(?<zone>Z|[+-]\\d{2}:?\\d{2})?';
/** 2026-05-01T20-30-00, 20260501_203000, 2026-05-01 20.30.00Z, 20260501203000, … */
const STAMP = new RegExp(`(?<!\\d)${DATE}[T_\\- .]{0,3}${TIME}(?!\\d)`);
/** Seconds or milliseconds since the epoch, from 2001 on. */
const UNIX = /(?<!\d)(?<seconds>1\d{9})(?<milliseconds>\d{3})?(?!\d)/;
/** A day's folder, 2026-05-01 or 20260501, or one each for year, month and day. */
const DAY_FOLDERS = [
  new RegExp(`(?:^|/)${DATE}(?=/)`),
  /(?:^|\/)(?<year>20\d{2})\/(?<month>\d{2})\/(?<day>\d{2})(?=\/)/,
];
/** Behind that: 20-30-00, 20.30.00, 203000, 20/30/00 */
const TIME_OF_DAY = /(?<!\d)(?<hour>\d{2})(?<colon>[-_.:/]?)(?<minute>\d{2})\k<colon>(?<second>\d{2})(?!\d)/;

/**
 * What usual names of recorders say: a time stamp in the file's name, or a day's folder and a time in what is in it; the
 * camera before the stamp, else the nearest folder that is not a date.
 * @param path below the folder that was named, with `/` between its parts
 */
export function readUsualName(path: string, timeZone: string): NameFacts {
  const frigate = FRIGATE.read(path, 'Z');
  if (frigate) return frigate;
  const slash = path.lastIndexOf('/');
  const [folders, name] = [path.slice(0, slash + 1), path.slice(slash + 1)];
  const stamp = STAMP.exec(name);
  const stamped = stamp && startOf(stamp.groups!, timeZone);
  if (stamped !== null) return { startMs: stamped, camera: cameraOf(name.slice(0, stamp!.index), folders) };
  const unix = UNIX.exec(name);
  if (unix) {
    const { seconds, milliseconds = '0' } = unix.groups!;
    const startMs = Number(seconds) * 1000 + Number(milliseconds);
    return { startMs, camera: cameraOf(name.slice(0, unix.index), folders) };
  }
  return { startMs: startInFolder(path, timeZone), camera: cameraOf('', folders) };
}

function startOf(parts: Record<string, string | undefined>, timeZone: string): number | null {
  const number = (part: string) => Number(parts[part] ?? 0);
  const date = { year: number('year'), month: number('month'), day: number('day') };
  const time = { hour: number('hour'), minute: number('minute'), second: number('second') };
  return momentOf({ ...date, ...time }, parts.zone ?? timeZone);
}

function startInFolder(path: string, timeZone: string): number | null {
  for (const pattern of DAY_FOLDERS) {
    const day = pattern.exec(path);
    if (!day) continue;
    const rest = path.slice(day.index + day[0].length);
    // A recorder may repeat the hour as a folder: what the file itself says comes first.
    const time = TIME_OF_DAY.exec(rest.slice(rest.lastIndexOf('/') + 1)) ?? TIME_OF_DAY.exec(rest);
    const startMs = time && startOf({ ...day.groups, ...time.groups }, timeZone);
    if (startMs !== null) return startMs;
  }
  return null;
}

/** Folders that say what is in them, not whose it is. */
const COMMON_FOLDERS = /^(dav|mp4|video|clip|record|recording)s?$/i;

/** @param before what stands before the stamp in the file's name */
function cameraOf(before: string, folders: string): string | null {
  const name = before.replace(/^[\W_]+|[\W_]+$/g, '');
  if (isName(name)) return name;
  // Below a date, a number is an hour; above it, it may be a camera's.
  const [above, ...below] = folders.split(/(?:^|\/)(?=20\d{2})/) as [string, ...string[]];
  const nearest = (path: string) =>
    path.split('/').findLast((folder) => folder !== '' && !COMMON_FOLDERS.test(folder));
  const namedBelow = below.join('/').split('/').filter(isName).join('/');
  return nearest(namedBelow) ?? nearest(above) ?? null;
}

/** Two letters in a row: 00M30S is a time. */
function isName(text: string): boolean {
  return /\p{L}{2}/u.test(text);
}
