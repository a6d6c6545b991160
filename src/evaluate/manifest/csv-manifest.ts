import { type CsvError, parse } from 'csv-parse/sync';
import { SizeClass } from '../../config/manifest-schema.js';
import { type Problem, quoted, withSuggestion } from '../../config/problem.js';
import { parseDurationMs } from '../../shared/duration.js';
import { BY_DEFAULT, type ManifestLabel, type ManifestVideo, type ReadManifest } from './manifest.js';

/** A line of a CSV file by its columns, and where it stands. */
export interface CsvRow {
  line: number;
  cells: Record<string, string>;
}

/** Columns of a plain list of labels. A video without any has one line, with its other cells empty. */
const COLUMNS = ['video', 'rule', 'from', 'to'] as const;
const OPTIONAL = ['size', 'camera'] as const;

/**
 * Reads a CSV file whose first line names the columns.
 * @returns the column names, and the rows up to the first that is broken
 */
export function readCsv(
  text: string,
  file: string,
): { columns: string[]; rows: CsvRow[]; problems: Problem[] } {
  const columns: string[] = [];
  try {
    const records = parse(text, {
      ...{ bom: true, trim: true, skip_empty_lines: true, info: true },
      columns: (names: string[]) => {
        columns.push(...names.map((name) => name.toLowerCase()));
        return columns;
      },
    }) as unknown as { record: Record<string, string>; info: { lines: number } }[];
    const rows = records.map(({ record, info }) => ({ line: info.lines, cells: record }));
    return { columns, rows, problems: [] };
  } catch (error) {
    const { lines = 1, message } = error as CsvError & { lines?: number };
    return {
      columns,
      rows: [],
      problems: [{ file, line: lines, column: 1, path: '', message: `not CSV: ${message}` }],
    };
  }
}

/** Reads a list of labels: `video,rule,from,to` and, where wanted, `size` and `camera`. Times are seconds, or have a unit. */
export function readCsvManifest(text: string, file: string): ReadManifest {
  const { columns, rows, problems } = readCsv(text, file);
  if (problems.length > 0) return { manifest: null, problems };
  const wrong = columnProblems(columns, file);
  if (wrong.length > 0) return { manifest: null, problems: wrong };
  const videos = new Map<string, ManifestVideo>();
  for (const { line, cells } of rows) {
    const about = (path: string) => ({ file, line, column: 1, path });
    const name = cells.video!;
    if (name === '') {
      problems.push({ ...about('video'), message: 'expected the name of a video, got nothing' });
      continue;
    }
    const video = videos.get(name) ?? {
      ...BY_DEFAULT,
      ...{ video: name, cameraId: cells.camera || null, labels: [], place: about('video') },
    };
    videos.set(name, video);
    if ([cells.rule, cells.from, cells.to].every((cell) => cell === '')) continue;
    const read = labelOf(cells, about);
    problems.push(...read.problems);
    if (read.label) video.labels.push(read.label);
  }
  if (rows.length === 0) {
    problems.push({ file, line: 1, column: 1, path: '', message: 'expected at least one video, got none' });
  }
  const manifest = {
    file,
    videos: [...videos.values()],
    ruleIds: null,
    timeZone: null,
    byName: false,
    frameTruth: null,
  };
  return problems.length > 0 ? { manifest: null, problems } : { manifest, problems };
}

function columnProblems(columns: readonly string[], file: string): Problem[] {
  const known = [...COLUMNS, ...OPTIONAL];
  const unknown = columns.filter((name) => !known.some((column) => column === name));
  const missing = COLUMNS.filter((name) => !columns.includes(name));
  const hint = `The first line names the columns: ${COLUMNS.join(',')} and, where wanted, ${OPTIONAL.join(' and ')}.`;
  return [
    ...unknown.map((name) => withSuggestion(`unknown column ${quoted(name)}`, name, known)),
    ...missing.map((name) => `the column ${quoted(name)} is missing`),
  ].map((message) => ({ file, line: 1, column: 1, path: '', message, hint }));
}

function labelOf(
  cells: Record<string, string>,
  about: (path: string) => ManifestLabel['place'],
): { label: ManifestLabel | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => void problems.push({ ...about(path), message });
  const { rule = '', size = '' } = cells;
  const [from, to] = [timeMs(cells.from!), timeMs(cells.to!)];
  if (rule === '') refuse('rule', 'expected the id of a rule, got nothing');
  for (const [path, ms] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (Number.isNaN(ms))
      refuse(path, `expected seconds, or a time such as "1.5m", got ${quoted(cells[path]!)}`);
  }
  if (from >= to) refuse('to', `expected a time after "from", got ${quoted(cells.to!)}`);
  const sizeClass = size === '' ? null : (SizeClass.safeParse(size).data ?? null);
  const width = /^(\d+(?:\.\d+)?)px$/.exec(size)?.[1];
  if (size !== '' && sizeClass === null && width === undefined) {
    refuse('size', `expected "small", "medium", "large" or a width such as "60px", got ${quoted(size)}`);
  }
  const widthPx = width === undefined ? null : Number(width);
  const label = { rule, from, to, unit: 'ms' as const, size: sizeClass, widthPx, place: about('') };
  return { label: problems.length > 0 ? null : label, problems };
}

/** NaN for what is no time. */
function timeMs(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Math.round(parseDurationMs(text));
}
