import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, WordwatchError } from '../../shared/errors.js';
import { openExistingDatabase } from '../../store/database.js';
import { csvLines, jsonLines } from '../../store/past-event-lines.js';
import { type PastEventFilter, PastEvents } from '../../store/past-events.js';
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
  const events = new PastEvents(database).all(filter);
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
