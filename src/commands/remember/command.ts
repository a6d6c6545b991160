import { existsSync } from 'node:fs';
import { Id } from '../../detect/event.js';
import type { Embedder } from '../../model/index.js';
import { CalibrationKeeper } from '../../pipeline/calibration-keeper.js';
import { openRuleBook, type WatchRule } from '../../pipeline/rule-book.js';
import { Commonness } from '../../search/commonness.js';
import { WordwatchError } from '../../shared/errors.js';
import { CalibrationStore } from '../../store/calibration-store.js';
import { databasePath, openDatabase } from '../../store/database.js';
import { LessonStore } from '../../store/lesson-store.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { idOf, openRecorder } from '../scan.js';
import { NamePattern } from './name-pattern.js';
import { findRecordings, type Recording } from './recordings.js';
import { runRemember } from './remember.js';

/** Options of `scan` that only `--remember` has, as commander gives them. */
export interface RememberArguments {
  camera?: string;
  name?: string;
  timeZone?: string;
  startTime?: number;
  byModified?: true;
  again?: true;
  dryRun?: true;
}

/** Options that say nothing without `--remember`, as they are typed. */
const ONLY_REMEMBERING = {
  camera: '--camera',
  name: '--name',
  timeZone: '--time-zone',
  byModified: '--by-modified',
  again: '--again',
  dryRun: '--dry-run',
} as const;

/** @throws WordwatchError `option-invalid` where such an option stands alone */
export function refuseWithoutRemember(options: RememberArguments): void {
  for (const [key, typed] of Object.entries(ONLY_REMEMBERING)) {
    if (options[key as keyof RememberArguments] === undefined) continue;
    throw new WordwatchError('option-invalid', `${typed} is only for scan --remember`, { userInput: true });
  }
}

/** What is to be indexed, and how many files were left out. */
export interface RememberPlan {
  recordings: Recording[];
  refused: number;
}

/**
 * Finds the recordings, and what their names say; opens none.
 * @throws WordwatchError `bad-id`, `option-invalid`, and as {@link findRecordings} does
 */
export function planRemember(
  sources: readonly string[],
  options: RememberArguments,
  { output }: { output: Output },
): RememberPlan {
  const { camera = null, name, startTime } = options;
  if (camera !== null && !Id.safeParse(camera).success) {
    throw new WordwatchError('bad-id', `--camera "${camera}" cannot be the id of a camera`, {
      userInput: true,
      hint: `Ids are lower-case letters, digits, _ and -, at most 64: --camera ${idOf(camera)}`,
    });
  }
  let refused = 0;
  const recordings = findRecordings(sources, {
    naming: {
      cameraId: camera,
      pattern: name === undefined ? null : new NamePattern(name),
      timeZone: timeZoneOf(options),
    },
    onMismatch: (shown) => {
      refused++;
      output.stderr(`${shown}: left out, as it is not named as --name says\n`);
    },
  });
  if (startTime === undefined) return { recordings, refused };
  if (recordings.length !== 1) {
    throw new WordwatchError(
      'option-invalid',
      `--start-time is for one file, and these are ${recordings.length}`,
      {
        userInput: true,
        hint: 'Say with --name how the time of each is to be read.',
      },
    );
  }
  return { recordings: recordings.map((recording) => ({ ...recording, startMs: startTime })), refused };
}

function timeZoneOf({ timeZone }: RememberArguments): string {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return Intl.DateTimeFormat('en', { timeZone: timeZone ?? local }).resolvedOptions().timeZone;
  } catch (error) {
    throw new WordwatchError('option-invalid', `--time-zone ${timeZone}: there is no such time zone`, {
      cause: error,
      userInput: true,
      hint: `Expected an IANA name such as "Europe/Berlin" or UTC; here it is ${local}.`,
    });
  }
}

/** Shows what would be indexed, and from when. @returns the exit code */
export function showPlan({ recordings, refused }: RememberPlan, { json, stdout }: Output): number {
  for (const { shown: file, cameraId, startMs } of recordings) {
    const from = startMs === null ? null : new Date(startMs).toISOString();
    stdout(
      json
        ? `${JSON.stringify({ kind: 'plan', file, cameraId, fromMs: startMs })}\n`
        : `${cameraId}  ${from ?? 'time as the file says'}  ${file}\n`,
    );
  }
  return refused > 0 ? 2 : 0;
}

/** Indexes what {@link planRemember} found. @returns the exit code */
export async function rememberCommand(
  plan: RememberPlan,
  options: Pick<RememberArguments, 'again' | 'byModified'> & {
    storePath: string;
    outDir: string | null;
    rules: readonly WatchRule[];
    embedder: Embedder;
    fps: number;
    keyframesOnly: boolean;
    motionGate: boolean;
    timeZone: string;
    output: Output;
    logger: Logger;
    signal: AbortSignal;
  },
): Promise<number> {
  const { storePath, rules, embedder, logger } = options;
  using database = existsSync(databasePath(storePath)) ? openDatabase(databasePath(storePath)) : null;
  const lessons = database && new LessonStore(database, logger);
  const calibrations = new CalibrationKeeper({
    store: database && new CalibrationStore(database),
    readOnly: true,
    modelHash: () => embedder.describe().modelHash,
    logger,
  });
  return await runRemember({
    ...options,
    ...plan,
    again: options.again ?? false,
    byModified: options.byModified ?? false,
    book: await openRuleBook(rules, embedder, lessons),
    commonness: await Commonness.open(embedder),
    calibrations,
    recorder: openRecorder(options),
  });
}
