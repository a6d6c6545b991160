import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Verdict } from '../../detect/event.js';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import { openExistingDatabase } from '../../store/database.js';
import { type PastEvent, type PastEventFilter, pastEvents } from '../../store/past-events.js';
import type { Output } from '../output.js';
import { writeCoco } from './coco.js';

/** How events are written. */
export const EVENT_FORMATS = ['csv', 'json', 'coco'] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];

/** What {@link runExportEvents} is asked to do. */
export interface ExportEventsOptions {
  storePath: string;
  format: EventFormat;
  filter: PastEventFilter;
  /** Only events of which somebody said this; `none`: of which nobody said anything; null: all. */
  verdict: Verdict | 'none' | null;
  /** A file, of coco a folder; null: stdout. */
  out: string | null;
  output: Output;
}

/**
 * Events as a table, as JSON lines or, with their pictures and tiles, as a data set in COCO's format.
 * @returns the exit code
 * @throws WordwatchError `store-missing`, `option-invalid`, `out-unwritable`
 */
export async function runExportEvents(options: ExportEventsOptions): Promise<number> {
  const { storePath, format, filter, out, output } = options;
  using database = openExistingDatabase(storePath);
  const events = chosen(pastEvents(database, filter), options.verdict);
  if (format === 'coco') {
    if (out === null) {
      throw new WordwatchError(
        'option-invalid',
        '--format coco needs a folder for the pictures: --out FOLDER',
        {
          userInput: true,
        },
      );
    }
    const { images, withoutPicture } = await writeCoco(events, { storePath, out });
    output.stderr(`${images} pictures and their tiles are in ${out}\n`);
    if (withoutPicture > 0) output.stderr(`${withoutPicture} events without a picture were left out\n`);
    return 0;
  }
  const lines = format === 'csv' ? csvLines(events) : jsonLines(events);
  const written = out === null ? writeOut(lines, output) : await writeFile(lines, out);
  if (out !== null) output.stderr(`${format === 'csv' ? written - 1 : written} events are in ${out}\n`);
  return 0;
}

function* chosen(events: Iterable<PastEvent>, verdict: ExportEventsOptions['verdict']): Generator<PastEvent> {
  for (const past of events) if (verdict === null || (past.verdict ?? 'none') === verdict) yield past;
}

/** Columns of the table. Ids, numbers and times only: nothing in them needs quotes. */
const COLUMNS: [name: string, value: (past: PastEvent) => string | number | null | undefined][] = [
  ['id', ({ event }) => event.id],
  ['camera', ({ event }) => event.cameraId],
  ['rule', ({ event }) => event.ruleId],
  ['severity', ({ event }) => event.severity],
  ['started', ({ event }) => new Date(event.startedAtMs).toISOString()],
  ['ended', ({ event }) => event.endedAtMs && new Date(event.endedAtMs).toISOString()],
  ['duration_s', ({ event }) => event.endedAtMs && (event.endedAtMs - event.startedAtMs) / 1000],
  ['peak_score', ({ event }) => event.peakScore],
  ['threshold', ({ event }) => event.threshold],
  ['threshold_state', ({ event }) => event.thresholdState],
  ['probability', ({ event }) => event.probability],
  ['verdict', ({ verdict }) => verdict],
  ['picture_at', ({ picture }) => picture && new Date(picture.atMs).toISOString()],
  ['picture_score', ({ picture }) => picture?.score],
  ['tile_x', (past) => boxOf(past).x],
  ['tile_y', (past) => boxOf(past).y],
  ['tile_w', (past) => boxOf(past).w],
  ['tile_h', (past) => boxOf(past).h],
  ['picture', ({ picture }) => picture?.path],
  ['model', ({ event }) => event.modelHash],
];

/** Of the picture or, without one, of the last frame. */
function boxOf({ picture, event }: PastEvent) {
  return (picture ?? event).tile.box;
}

function* csvLines(events: Iterable<PastEvent>): Generator<string> {
  yield COLUMNS.map(([name]) => name).join(',');
  for (const past of events) yield COLUMNS.map(([, value]) => value(past) ?? '').join(',');
}

function* jsonLines(events: Iterable<PastEvent>): Generator<string> {
  for (const { event, picture, verdict } of events) yield JSON.stringify({ ...event, verdict, picture });
}

function writeOut(lines: Iterable<string>, { stdout }: Output): number {
  let count = 0;
  for (const line of lines) {
    stdout(`${line}\n`);
    count++;
  }
  return count;
}

async function writeFile(lines: Iterable<string>, path: string): Promise<number> {
  let count = 0;
  function* counted(): Generator<string> {
    for (const line of lines) {
      yield `${line}\n`;
      count++;
    }
  }
  try {
    await pipeline(Readable.from(counted()), createWriteStream(path));
    return count;
  } catch (error) {
    throw new WordwatchError('out-unwritable', `--out ${path}: cannot write there (${messageOf(error)})`, {
      cause: error,
      userInput: true,
    });
  }
}
