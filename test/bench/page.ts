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
/** Times that memory is looked at while bars are shown, and as often while lines are. */
const HEAP_LOOKS = 6;
const EVENTS = 10_000;
/** Of scrolling, a frame: 2,400 px a second. */
const SCROLL_PX = 40;
/** Longer than a frame of 60 a second, by less than half: at least one was left out. */
const SLOW_FRAME_MS = 25;

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
  /** JavaScript memory after a collection: at the beginning, and after every sixth part of either. */
  heapMb: number[];
  /** While 10,000 events are scrolled through: frames a second, and the part of them that came late. */
  scrollFps: number;
  scrollLatePart: number;
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
    const heap = [await heapMb(session)];
    const coreShare = await coreShareOf(session, { seconds, heap });
    await page.keyboard.press('l');
    await page.locator('canvas').first().waitFor();
    await sleep(SETTLE_MS);
    const coreShareWithLines = await coreShareOf(session, { seconds, heap });
    await page.close();
    clearInterval(feeding);
    const scrolled = await scroll(browser, { url: server.url, world, seconds: Math.min(seconds, 20) });
    const scriptGzipKb = rounded((await scriptBytes()) / 1000);
    return { scriptGzipKb, firstPaintMs, coreShare, coreShareWithLines, heapMb: heap, ...scrolled };
  } finally {
    clearInterval(feeding);
    await browser.close();
  }
}

/** Processor time of the page's main thread over the time that passes, collections of memory left out. @param heap added to */
async function coreShareOf(
  session: CDPSession,
  { seconds, heap }: { seconds: number; heap: number[] },
): Promise<number> {
  let [workS, passedMs] = [0, 0];
  for (let look = 0; look < HEAP_LOOKS; look++) {
    const [startS, startMs] = [await taskS(session), performance.now()];
    await sleep((seconds * 1000) / HEAP_LOOKS);
    workS += (await taskS(session)) - startS;
    passedMs += performance.now() - startMs;
    heap.push(await heapMb(session));
  }
  return rounded(workS / (passedMs / 1000), 3);
}

/** Scrolls through 10,000 events that are loaded already, as somebody looks for one. */
async function scroll(
  browser: Browser,
  { url, world, seconds }: { url: string; world: Wall; seconds: number },
): Promise<Pick<PageFigures, 'scrollFps' | 'scrollLatePart'>> {
  for (let i = 0; i < EVENTS; i++) {
    const event = world.store({
      startedAtMs: Date.now() - (EVENTS - i) * 60_000,
      snapshot: 'snapshots/x.jpg',
    });
    world.snapshots.set(event.id, world.pictureOf(i));
  }
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${url}#/events`);
  await page.locator('.reel li').first().waitFor();
  // All are loaded: the last one was in sight.
  while ((await page.locator(`[aria-posinset="${EVENTS}"]`).count()) === 0) {
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await sleep(100);
  }
  const frames = await page.evaluate<number[]>(`new Promise((done) => {
    scrollTo(0, 0);
    const frames = [];
    let [before, start] = [null, performance.now()];
    const step = (now) => {
      if (before !== null) frames.push(now - before);
      before = now;
      scrollBy(0, ${SCROLL_PX});
      if (now - start < ${seconds * 1000}) requestAnimationFrame(step);
      else done(frames);
    };
    requestAnimationFrame(step);
  })`);
  await page.close();
  const totalS = frames.reduce((sum, ms) => sum + ms, 0) / 1000;
  const late = frames.filter((ms) => ms > SLOW_FRAME_MS).length;
  return { scrollFps: rounded(frames.length / totalS), scrollLatePart: rounded(late / frames.length, 4) };
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

  /** One of a few. */
  pictureOf(place: number): Buffer {
    return this.#pictures[place % this.#pictures.length]!;
  }

  tick(): void {
    const atMs = Date.now();
    const jpeg = this.pictureOf(this.#ticks++);
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
  // Noise: some 50 kB, as much as a busy picture of that size.
  const noise = (seed: number) => ({
    create: {
      ...{ width: 640, height: 360, channels: 3 as const, background: '#678' },
      noise: { type: 'gaussian' as const, mean: 90 + seed, sigma: 15 },
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
