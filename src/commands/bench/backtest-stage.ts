import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { backtest } from '../../backtest/backtest.js';
import { Hands } from '../../backtest/hands.js';
import { RulePreview } from '../../backtest/rule-preview.js';
import type { Embedder, ModelDescription } from '../../model/embedder.js';
import { openRuleBook, type WatchRule } from '../../pipeline/rule-book.js';
import { seededRandom } from '../../rules/calibration/random.js';
import { codeImage } from '../../shared/dots/codes.js';
import type { StoredFrame, StoredMinute } from '../../store/vectors/minute-codec.js';
import { openVectorDatabase } from '../../store/vectors/vector-database.js';
import { VectorStore, type VectorStream } from '../../store/vectors/vector-store.js';
import { planTiles } from '../../tiling/layout.js';
import { RULE } from './stages.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FRAME_MS = 1000;
const DIMENSION = 512;
const FRAME = { widthPx: 1920, heightPx: 1080 };
const INPUT_SIZE_PX = 224;
/** Part of the tiles that change from frame to frame. */
const CHANGING_PART = 0.2;
/** An hour of made-up vectors, again and again: making them up is not what is measured. */
const DIFFERENT_MINUTES = 60;
const MANY_RULES = 50;

const MODEL: ModelDescription = {
  ...{ name: 'made-up', modelHash: 'made-up', dimension: DIMENSION, inputSizePx: INPUT_SIZE_PX },
  ...{ contextLength: 77, logitScale: 100, license: 'none', demonstration: true },
  ...{ notice: null, defaultThreshold: null, knownWords: null },
};

/** How long backtests take on this machine, milliseconds, the threads being up already. */
export interface BacktestSpeed {
  /** One camera, 11 tiles at one frame a second of which a fifth change, 512 numbers a vector; one calibrated rule. */
  backtestDayMs: number;
  backtestDay50RulesMs: number;
  backtestWeekMs: number;
  preview: PreviewSpeed;
}

/** How long a preview of such a day takes, beside the rule in force, with a day before it to learn from. */
export interface PreviewSpeed {
  /** Nothing is ready: the thread neither. */
  firstMs: number;
  /** The draft has other words than before. */
  wordsMs: number;
  /** … or other timing. */
  timingMs: number;
}

/** Measures backtests of made-up footage, in a folder of its own: some 700 MB for a minute or two. */
export async function benchBacktest({ signal }: { signal: AbortSignal }): Promise<BacktestSpeed> {
  const folder = mkdtempSync(join(tmpdir(), 'wordwatch-backtest-'));
  try {
    await using hands = new Hands(availableParallelism());
    writeMadeUpDays(folder, 7);
    const run = async ({ days, rules }: { days: number; rules: number }) => {
      const book = await openRuleBook(madeUpRules(rules), madeUpModel());
      const startedMs = performance.now();
      await backtest({
        ...{ folder, book, against: null, cameras: null, fromMs: 0, toMs: days * DAY_MS },
        ...{ calibration: 'replay', timeZone: 'UTC', model: MODEL, hands, signal },
      });
      return performance.now() - startedMs;
    };
    await run({ days: 0.05, rules: 1 });
    return {
      backtestDayMs: await run({ days: 1, rules: 1 }),
      backtestDay50RulesMs: await run({ days: 1, rules: MANY_RULES }),
      backtestWeekMs: await run({ days: 7, rules: 1 }),
      preview: await benchPreview(folder, signal),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchPreview(folder: string, signal: AbortSignal): Promise<PreviewSpeed> {
  const model = madeUpModel();
  await using preview = new RulePreview({ folder, model, timeZone: 'UTC' });
  const rule: WatchRule = madeUpRules(1)[0]!;
  const against = { book: await openRuleBook([rule], model), ruleId: rule.id };
  const timeOf = async (draft: Partial<WatchRule>) => {
    const startedMs = performance.now();
    const range = { cameras: null, sinceMs: 2 * DAY_MS, untilMs: 3 * DAY_MS };
    await preview.try({ ...rule, ...draft }, { ...range, against, signal });
    return performance.now() - startedMs;
  };
  const when = ['something else'];
  return {
    firstMs: await timeOf({}),
    wordsMs: await timeOf({ when }),
    timingMs: await timeOf({ when, timing: { ...rule.timing, forMs: 5_000 } }),
  };
}

function madeUpRules(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    ...RULE,
    ...{ id: `rule-${i}`, when: [`something ${i}`], not: [0, 1, 2].map((k) => `nothing ${i} ${k}`) },
    ...{ threshold: null, budget: { falseAlarmsPerDay: 1 } },
    calibrate: { warmupMs: 2 * DAY_MS, minMs: DAY_MS / 4, adapt: true },
  }));
}

/** Every text has a direction of its own. */
function madeUpModel(): Embedder {
  const random = seededRandom(1);
  return {
    describe: () => MODEL,
    embedTexts: async (texts: readonly string[]) => texts.map(() => direction(random)),
    embedImages: async () => [],
    [Symbol.asyncDispose]: async () => {},
  };
}

function direction(random: () => number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSION }, () => random() + random() + random() - 1.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Fills a data folder. */
function writeMadeUpDays(folder: string, days: number): void {
  using database = openVectorDatabase(folder);
  const store = new VectorStore(database);
  const { levels, tiles } = planTiles({ layout: { kind: 'auto' }, frame: FRAME, inputSizePx: INPUT_SIZE_PX });
  const stream: VectorStream = {
    ...{ cameraId: 'made-up', modelHash: MODEL.modelHash, dimension: DIMENSION, inputSizePx: INPUT_SIZE_PX },
    ...{ frame: FRAME, fps: 1, motionGate: true, timed: true, captions: null },
    tiles: tiles.map(({ box, level }) => ({ box, level: levels[level]! })),
  };
  const minutes = madeUpMinutes(tiles.length);
  const total = (days * DAY_MS) / MINUTE_MS;
  for (let first = 0; first < total; first += DIFFERENT_MINUTES) {
    const rows = minutes.map((minute, i) => ({ stream, minute: moved(minute, first + i) }));
    store.write(rows, { storedAtMs: 0 });
  }
}

function moved(minute: StoredMinute, place: number): StoredMinute {
  const frames = minute.frames.map((frame) => ({ ...frame, atMs: frame.atMs + place * MINUTE_MS }));
  return { ...minute, chain: { run: 1, place }, frames };
}

/** What all tiles of a camera share, what each shows besides, and noise. */
function madeUpMinutes(tiles: number): StoredMinute[] {
  const random = seededRandom(2);
  const shared = direction(random);
  const own = Array.from({ length: tiles }, () => direction(random));
  return Array.from({ length: DIFFERENT_MINUTES }, (_, minute) => {
    const codes: Int8Array[] = [];
    const frames = Array.from({ length: MINUTE_MS / FRAME_MS }, (_, second): StoredFrame => {
      const isFirst = minute === 0 && second === 0;
      const fresh = own.flatMap((_, tile) => (isFirst || random() < CHANGING_PART ? [tile] : []));
      for (const tile of fresh) {
        const noise = 0.02 + 0.03 * random();
        codes.push(codeImage(shared.map((value, k) => value + own[tile]![k]! + noise * (random() - 0.5))));
      }
      const light = { saturation: 0.3, brightness: 0.5 };
      const seen = { light, scored: true, unseen: false, blindSinceMs: null, fresh };
      return { atMs: second * FRAME_MS, ptsMs: second * FRAME_MS, ...seen };
    });
    const all = new Int8Array(codes.length * DIMENSION);
    for (const [i, code] of codes.entries()) all.set(code, i * DIMENSION);
    const rest = { dimension: DIMENSION, tiles, chain: { run: 1, place: minute }, carried: [] };
    return { ...rest, frames, codes: all, commonness: new Float32Array() };
  });
}
