import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelChoice, openModel } from '../../model/index.js';
import { codeQuery } from '../../search/query-score.js';
import { ScanThreads } from '../../search/scan-threads.js';
import { Searcher, type SearchRange } from '../../search/searcher.js';
import { createLogger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { benchBacktest } from './backtest-stage.js';
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
  /** Of the ten best of a plain scan, the part that is found. */
  recallAt10: number | null;
  backtestDayMs: number;
  backtestDay50RulesMs: number;
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
    const million = await benchSearch(memory);
    const others = await compare(memory, output.stderr);
    if (options.large) memory.fill(1e7);
    const tenMillion = options.large ? await benchSearch(memory) : null;
    const backtests = await benchBacktest({ signal });
    print(
      {
        storing: `storing ${storing.storeUs.toFixed(0)} µs, embedding ${storing.embedUs.toFixed(0)} µs of processor time a tile of ${dimension} values`,
        'search 1M': describeSearch(million),
        ...(tenMillion ? { 'search 10M': describeSearch(tenMillion) } : {}),
        'other scans': others.note,
        'backtest of a week': `${(backtests.backtestWeekMs / 1000).toFixed(1)} s for one rule`,
      },
      {
        bytesPerTile: Number(bytesPerTile.toFixed(1)),
        storeShare: Number(storing.share.toFixed(4)),
        search1mP95Ms: Math.round(million.p95Ms),
        search10mP95Ms: tenMillion && Math.round(tenMillion.p95Ms),
        recallAt10: others.recallAt10,
        backtestDayMs: Math.round(backtests.backtestDayMs),
        backtestDay50RulesMs: Math.round(backtests.backtestDay50RulesMs),
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

interface SearchTimes {
  vectors: number;
  /** From nothing to the first answer; the files lie in the system's memory. */
  coldMs: number;
  p50Ms: number;
  p95Ms: number;
  /** Memory of this process beyond the vectors themselves. */
  overheadMb: number;
}

async function benchSearch(memory: MadeUpMemory): Promise<SearchTimes> {
  const before = process.memoryUsage().rss;
  const { folder, commonness } = memory;
  const query = () => ({ wanted: memory.query(), unwanted: [] });
  const startedMs = performance.now();
  await using searcher = new Searcher({ folder, model: MADE_UP_MODEL, commonness, budgetBytes: 8e9, exactUpTo });
  const { scanned } = await searcher.search(query(), ALL);
  const coldMs = performance.now() - startedMs;
  const times: number[] = [];
  for (let i = 0; i < QUERIES; i++) times.push((await timed(() => searcher.search(query(), ALL))).ms);
  const overheadMb = (process.memoryUsage().rss - before - scanned.vectors * MADE_UP_MODEL.dimension) / 1e6;
  return {
    ...{ vectors: scanned.vectors, coldMs, overheadMb },
    ...{ p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) },
  };
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
  const codes = rows.map((row) => row.codes);
  const [plain, sqliteVec] = [plainScan(codes), sqliteVecScan(codes, say)];
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
      `${rows.length * VECTORS_A_MINUTE} vectors: ${ownMs.toFixed(1)} ms, plain JavaScript ${plainMs.toFixed(1)} ms` +
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

function describeSearch({ vectors, coldMs, p50Ms, p95Ms, overheadMb }: SearchTimes): string {
  return `${vectors} vectors: ${p50Ms.toFixed(0)} ms, 95 % within ${p95Ms.toFixed(0)} ms; first answer after ${(coldMs / 1000).toFixed(1)} s; ${overheadMb.toFixed(0)} MB beside the vectors`;
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
