// What the page costs a browser: `npm run -s bench:page -- --seconds 20 --json`. The page is built before.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import sharp from 'sharp';
import { createServer } from '../../src/server/server.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { openBrowser } from '../fixtures/browser.js';
import { makeScore, makeStatus } from '../fixtures/happenings.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const FOLDER = resolve(import.meta.dirname, '../../dist/dashboard');
const CAMERAS = 16;
const RULES = 50;
const PERIOD_MS = 1_000;
const SETTLE_MS = 5_000;
const PAINTS = 5;

/** What was measured. */
interface PageFigures {
  /** All scripts, as they go over the wire. */
  scriptGzipKb: number;
  /** Until the live view is painted, on this machine; median. */
  firstPaintMs: number;
  /** Of one core: 16 cameras with a picture a second, and a score a second of 50 rules each, as bars. */
  coreShare: number;
  /** The same with a line for every rule. */
  coreShareWithLines: number;
  /** JavaScript memory after a collection, at the beginning and at the end of all that. */
  heapMb: [before: number, after: number];
}

async function measure(seconds: number): Promise<PageFigures> {
  const world = await wallOf(CAMERAS, RULES);
  const logger = createLogger({ level: 'silent' });
  const fixed = { host: '127.0.0.1', port: 0, token: null, pageFolder: FOLDER, logger };
  await using server = createServer({ ...fixed, bus: world.bus, data: world });
  await server.start();
  const browser = await openBrowser();
  const feeding = setInterval(() => world.tick(), PERIOD_MS);
  try {
    const firstPaintMs = await firstPaint(browser, server.url);
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(server.url);
    await page.locator('.picture').first().waitFor();
    await sleep(SETTLE_MS);
    const before = await heapMb(session);
    const coreShare = await coreShareOf(session, seconds);
    await page.keyboard.press('l');
    await page.locator('canvas').first().waitFor();
    await sleep(SETTLE_MS);
    const coreShareWithLines = await coreShareOf(session, seconds);
    await page.keyboard.press('l');
    await sleep(SETTLE_MS);
    const after = await heapMb(session);
    const scriptGzipKb = rounded((await scriptBytes()) / 1000);
    return { scriptGzipKb, firstPaintMs, coreShare, coreShareWithLines, heapMb: [before, after] };
  } finally {
    clearInterval(feeding);
    await browser.close();
  }
}

/** Processor time of the page's main thread over the time that passes. */
async function coreShareOf(session: CDPSession, seconds: number): Promise<number> {
  const [startS, startMs] = [await taskS(session), performance.now()];
  await sleep(seconds * 1000);
  return rounded(((await taskS(session)) - startS) / ((performance.now() - startMs) / 1000), 3);
}

async function taskS(session: CDPSession): Promise<number> {
  return metric(session, 'TaskDuration');
}

async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return rounded((await metric(session, 'JSHeapUsedSize')) / 1e6);
}

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((known) => known.name === name)!.value;
}

async function firstPaint(browser: Browser, url: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < PAINTS; i++) {
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('.card').first().waitFor();
    times.push(await paintedMs(page));
    await page.close();
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(PAINTS / 2)]!);
}

function paintedMs(page: Page): Promise<number> {
  return page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()`,
  );
}

async function scriptBytes(): Promise<number> {
  const folder = join(FOLDER, 'assets');
  const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(
    scripts.map(async (name) => gzipSync(await readFile(join(folder, name)), { level: 9 }).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A wall at which something happens every second. */
class Wall extends WatchedWorld {
  readonly #pictures: readonly Buffer[];
  #ticks = 0;

  constructor({ cameras, rules, pictures }: { cameras: number; rules: number; pictures: readonly Buffer[] }) {
    super();
    this.#pictures = pictures;
    this.cameraList = Array.from({ length: cameras }, (_, i) => {
      const id = `camera-${i}`;
      return { id, name: `Camera ${i}`, status: makeStatus({ cameraId: id }) };
    });
    const [rule] = this.ruleList;
    this.ruleList = Array.from({ length: rules }, (_, i) => ({
      ...rule!,
      id: `rule-${i}`,
      name: `Rule ${i}`,
    }));
  }

  tick(): void {
    const atMs = Date.now();
    const jpeg = this.#pictures[this.#ticks++ % this.#pictures.length]!;
    for (const [c, { id: cameraId }] of this.cameraList.entries()) {
      for (const [r, { id: ruleId }] of this.ruleList.entries())
        this.bus.emit(
          'score',
          makeScore({ cameraId, ruleId, atMs, score: 4 * Math.sin(this.#ticks / 9 + c + r) }),
        );
      this.show({ cameraId, atMs, jpeg });
    }
  }
}

async function wallOf(cameras: number, rules: number): Promise<Wall> {
  // Noise, which costs a decoder as much as a real picture.
  const noise = (seed: number) => ({
    create: {
      ...{ width: 640, height: 360, channels: 3 as const, background: '#678' },
      noise: { type: 'gaussian' as const, mean: 90 + seed, sigma: 30 },
    },
  });
  const pictures = await Promise.all([0, 20, 40].map((seed) => sharp(noise(seed)).jpeg().toBuffer()));
  return new Wall({ cameras, rules, pictures });
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
});
const figures = await measure(Number(values.seconds));
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(20)} ${value}\n`);
