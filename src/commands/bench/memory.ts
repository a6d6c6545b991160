import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelChoice, openModel } from '../../model/index.js';
import { codeQuery } from '../../search/query-score.js';
import { ScanThreads } from '../../search/scan-threads.js';
import { EXACT_UP_TO } from '../../search/search-service.js';
import { type FoundMoment, Searcher, type SearchRange } from '../../search/searcher.js';
import { SKETCH_BYTES } from '../../search/sketcher.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { benchBacktest, type PreviewSpeed } from './backtest-stage.js';
import { DIMENSION, MADE_UP_MODEL, MadeUpMemory, VECTORS_A_MINUTE } from './made-up-memory.js';
import { plainScan, sqliteVecScan } from './other-scans.js';
import { benchStoring } from './store-share.js';

/** What {@link benchMemory} is asked to do. */
export interface MemoryBenchOptions {
  choice: ModelChoice;
  modelsFolder: string;
  /** Of embedding, beside which storing is measured. */
  seconds: number;
  /** Also search ten million vectors: takes 6 GB of disk and of memory, and minutes. */
  large: boolean;
  output: Output;
  signal: AbortSignal;
}

/** What the measurements come to; null: not measured. */
export interface MemoryFigures {
  /** On disk, a newly embedded tile of 512 values. */
  bytesPerTile: number;
  /** Processor time of storing, as a part of embedding and storing. */
  storeShare: number;
  search1mP95Ms: number;
  search10mP95Ms: number | null;
  /** Of the ten best of an exact search, the part that is found: of ten million vectors if they are searched. */
  recallAt10: number | null;
  backtestDayMs: number;
  backtestDay50RulesMs: number;
  /** Of a draft with other words than the one before, against the rule in force. */
  previewDayMs: number;
  /** Time of other scans over ours, on the same vectors. */
  overSqliteVec: number | null;
  overPlainScan: number;
}

const QUERIES = 40;
/** Rows that other scans are given, too: about 100,000 vectors. */
const COMPARED_ROWS = 760;
const COMPARED_QUERIES = 10;
const ALL: SearchRange = { cameraIds: null, fromMs: -Infinity, toMs: Infinity, limit: 10 };

/** Measures storing, searching and backtests, and prints what comes of it. @returns the exit code */
export async function benchMemory(options: MemoryBenchOptions): Promise<number> {
  const { output, seconds, signal } = options;
  const folder = mkdtempSync(join(tmpdir(), 'wordwatch-bench-'));
  try {
    const logger = createLogger({ level: 'warn' });
    const opened = await openModel({ ...options, logger, workers: availableParallelism() });
    const { dimension } = opened.embedder.describe();
    const storing = await benchStoring(opened.embedder, { folder: join(folder, 'storing'), seconds, signal });
    await opened.embedder[Symbol.asyncDispose]();
    using memory = new MadeUpMemory(join(folder, 'made-up'));
    memory.fill(1e6);
    const bytesPerTile = memory.bytesPerVector();
    const million = await benchSearch(memory, { compare: false });
    const others = await compare(memory, output.stderr);
    if (options.large) memory.fill(1e7);
    const tenMillion = options.large ? await benchSearch(memory, { compare: true }) : null;
    const backtests = await benchBacktest({ signal });
    print(
      {
        storing: `storing ${storing.storeUs.toFixed(0)} µs, embedding ${storing.embedUs.toFixed(0)} µs of processor time a tile of ${dimension} values`,
        'search 1M': describeSearch(million),
        ...(tenMillion ? { 'search 10M': describeSearch(tenMillion) } : {}),
        'other scans': others.note,
        'backtest of a week': `${(backtests.backtestWeekMs / 1000).toFixed(1)} s for one rule`,
        'preview of a day': describePreview(backtests.preview),
      },
      {
        bytesPerTile: Number(bytesPerTile.toFixed(1)),
        storeShare: Number(storing.share.toFixed(4)),
        search1mP95Ms: Math.round(million.p95Ms),
        search10mP95Ms: tenMillion && Math.round(tenMillion.p95Ms),
        recallAt10: tenMillion ? tenMillion.found / tenMillion.exact : others.recallAt10,
        backtestDayMs: Math.round(backtests.backtestDayMs),
        backtestDay50RulesMs: Math.round(backtests.backtestDay50RulesMs),
        previewDayMs: Math.round(backtests.preview.wordsMs),
        overSqliteVec: others.overSqliteVec,
        overPlainScan: others.overPlainScan,
      },
      output,
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function describePreview({ firstMs, wordsMs, timingMs }: PreviewSpeed): string {
  const [first, words, timing] = [firstMs, wordsMs, timingMs].map((ms) => `${Math.round(ms)} ms`);
  return `${first} at first, ${words} with other words, ${timing} with other timing`;
}

interface SearchTimes {
  vectors: number;
  /** From nothing to the first answer; the files lie in the system's memory. */
  coldMs: number;
  p50Ms: number;
  p95Ms: number;
  /** Memory of this process, and of that what is held of vectors. */
  memoryMb: number;
  heldMb: number;
  /** Moments that an exact search finds, and how many of these were found. */
  exact: number;
  found: number;
}

/** @param compare whether the same is searched for exactly, too: takes memory for all vectors */
async function benchSearch(memory: MadeUpMemory, { compare }: { compare: boolean }): Promise<SearchTimes> {
  const before = process.memoryUsage().rss;
  const { folder, commonness } = memory;
  const settings = { folder, model: MADE_UP_MODEL, commonness, budgetBytes: 8e9 };
  const queries = Array.from({ length: QUERIES }, () => ({ wanted: memory.query(), unwanted: [] }));
  const startedMs = performance.now();
  await using searcher = new Searcher({ ...settings, exactUpTo: EXACT_UP_TO });
  const { scanned } = await searcher.search(queries[0]!, ALL);
  const coldMs = performance.now() - startedMs;
  const answers = [];
  for (const query of queries) answers.push(await timed(() => searcher.search(query, ALL)));
  const memoryMb = (process.memoryUsage().rss - before) / 1e6;
  const times = answers.map(({ ms }) => ms);
  const bytes = scanned.vectors > EXACT_UP_TO ? SKETCH_BYTES : MADE_UP_MODEL.dimension;
  await using plain = compare ? new Searcher({ ...settings, exactUpTo: Infinity }) : null;
  let [exact, found] = [0, 0];
  for (const [i, query] of queries.entries()) {
    const known = new Set(answers[i]!.value.moments.map(nameOf));
    const moments = (await plain?.search(query, ALL))?.moments ?? [];
    exact += moments.length;
    found += moments.filter((moment) => known.has(nameOf(moment))).length;
  }
  return {
    ...{ vectors: scanned.vectors, coldMs, memoryMb, heldMb: (scanned.vectors * bytes) / 1e6 },
    ...{ p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), exact, found },
  };
}

function nameOf({ cameraId, atMs }: FoundMoment): string {
  return `${cameraId} ${atMs}`;
}

interface Comparison {
  recallAt10: number;
  overSqliteVec: number | null;
  overPlainScan: number;
  note: string;
}

/** The same queries over the same vectors, in turns. */
async function compare(memory: MadeUpMemory, say: (reason: string) => void): Promise<Comparison> {
  const { folder, commonness } = memory;
  const rows = memory.rows(COMPARED_ROWS);
  const [plain, sqliteVec] = [plainScan(rows.codes), sqliteVecScan(rows.codes, say)];
  const settings = { folder, dimension: DIMENSION, captions: commonness.phrases, budgetBytes: 8e9 };
  await using threads = new ScanThreads(settings, { threads: availableParallelism() });
  const own = (query: Float32Array) => threads.scan(rows, codeQuery({ wanted: query, unwanted: [] }));
  await own(memory.query());
  const times = { own: [] as number[], plain: [] as number[], sqliteVec: [] as number[] };
  let found = 0;
  for (let i = 0; i < COMPARED_QUERIES; i++) {
    const query = memory.query();
    const ours = await timed(() => own(query));
    const reference = await timed(async () => plain(query));
    times.own.push(ours.ms);
    times.plain.push(reference.ms);
    const best = new Set(highest(ours.value));
    found += highest(reference.value).filter((row) => best.has(row)).length;
    if (!sqliteVec) continue;
    const theirs = await timed(async () => sqliteVec(query, 10));
    times.sqliteVec.push(theirs.ms);
    if (Math.abs(theirs.value[0]! - Math.max(...ours.value)) > 1e-3) say('sqlite-vec found another vector\n');
  }
  const [ownMs, plainMs] = [quantile(times.own, 0.5), quantile(times.plain, 0.5)];
  const vecMs = sqliteVec && quantile(times.sqliteVec, 0.5);
  return {
    recallAt10: found / (10 * COMPARED_QUERIES),
    overSqliteVec: vecMs && Number((vecMs / ownMs).toFixed(2)),
    overPlainScan: Number((plainMs / ownMs).toFixed(2)),
    note:
      `${rows.codes.length * VECTORS_A_MINUTE} vectors: ${ownMs.toFixed(1)} ms, plain JavaScript ${plainMs.toFixed(1)} ms` +
      (vecMs === null ? '' : `, sqlite-vec ${vecMs.toFixed(1)} ms`),
  };
}

/** Places of the ten highest. */
function highest(scores: ArrayLike<number>): number[] {
  return [...Array(scores.length).keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, 10);
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const startedMs = performance.now();
  const value = await work();
  return { ms: performance.now() - startedMs, value };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

function describeSearch({ vectors, coldMs, p50Ms, p95Ms, memoryMb, heldMb }: SearchTimes): string {
  return (
    `${vectors} vectors: ${p50Ms.toFixed(0)} ms, 95 % within ${p95Ms.toFixed(0)} ms; first answer after ` +
    `${(coldMs / 1000).toFixed(1)} s; ${heldMb.toFixed(0)} MB of vectors in memory, and ${(memoryMb - heldMb).toFixed(0)} MB beside them`
  );
}

function print(notes: Record<string, string>, figures: MemoryFigures, output: Output): void {
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} CPUs, Node.js ${process.version}`;
  if (output.json) {
    output.stdout(`${JSON.stringify({ machine })}\n`);
    for (const [stage, note] of Object.entries(notes)) output.stdout(`${JSON.stringify({ stage, note })}\n`);
    output.stdout(`${JSON.stringify(figures)}\n`);
    return;
  }
  output.stdout(`${machine}\n\n`);
  for (const [stage, note] of Object.entries(notes)) output.stdout(`- ${stage}: ${note}\n`);
  for (const [name, value] of Object.entries(figures))
    output.stdout(`- ${name}: ${value ?? 'not measured'}\n`);
}
