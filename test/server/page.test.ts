import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createServer, type WebServer, type WebServerOptions } from '../../src/server/server.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeScore, makeStatus } from '../fixtures/happenings.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const HACK = '<img src=x onerror="window.hacked = 1">';
const TILE = { index: 3, level: 1, box: { x: 0.25, y: 0.5, w: 0.25, h: 0.25 } };
const logger = createLogger({ level: 'silent' });

let pageFolder: string;
let browser: Browser;
let jpeg: Buffer;
const open: (() => unknown)[] = [];

beforeAll(async () => {
  pageFolder = await mkdtemp(join(tmpdir(), 'page-'));
  const configFile = fileURLToPath(new URL('../../src/dashboard/vite.config.ts', import.meta.url));
  await build({ configFile, build: { outDir: pageFolder }, logLevel: 'silent' });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const green = { width: 640, height: 360, channels: 3 as const, background: '#3a7' };
  jpeg = await sharp({ create: green }).jpeg().toBuffer();
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(async () => {
  await browser?.close();
  await rm(pageFolder, { recursive: true });
});

async function serve(world: WatchedWorld, options: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const fixed = { host: '127.0.0.1', pageFolder, bus: world.bus, data: world, logger };
  const server = createServer({ port: 0, token: null, ...fixed, ...options });
  await server.start();
  open.push(() => server[Symbol.asyncDispose]());
  return server;
}

/** Opens the page; `complaints` are what the browser's console says: errors, and what the content policy forbade. */
async function visit(url: string, widthPx = 1280): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: widthPx, height: 800 } });
  open.push(() => page.close());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

const card = (page: Page, name: string) => page.getByRole('article', { name, exact: true });

describe('page', () => {
  it('shows a camera’s picture, the tile and line of its rules, and events as they come', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page, complaints } = await visit(server.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('It understands the rendered sample scenes, not real footage.').waitFor();

    world.show({ jpeg, tiles: [{ ruleId: 'fire', tile: TILE, score: 6.25, threshold: 4 }] });
    for (let i = 20; i >= 0; i--)
      world.bus.emit('score', makeScore({ atMs: Date.now() - i * 1_000, score: 6.25 - i / 3, tile: TILE }));
    const yard = card(page, 'yard');
    const picture = yard.getByRole('img', { name: 'Newest picture of yard. Over the threshold: Fire' });
    await picture.waitFor();
    await vi.waitFor(async () => {
      expect(await picture.evaluate((image) => image.naturalWidth)).toBe(640);
    }, WAIT);

    const [whole, tile] = [await picture.boundingBox(), await yard.locator('.tile.hit').boundingBox()];
    expect((tile!.x - whole!.x) / whole!.width).toBeCloseTo(0.25, 1);
    expect((tile!.y - whole!.y) / whole!.height).toBeCloseTo(0.5, 1);
    expect(tile!.width / whole!.width).toBeCloseTo(0.25, 1);
    expect(await yard.locator('.tile.hit').textContent()).toContain('Fire 6.3');

    await yard.getByRole('img', { name: 'score 6.3, threshold 4.0' }).waitFor();
    // The line is drawn from the left end of the past to now, with the part above the threshold in another colour.
    await vi.waitFor(async () => {
      const pixels = await yard.locator('canvas').evaluate((canvas) => {
        const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return [...all.data] as number[];
      });
      const colours = new Set<string>();
      for (let i = 0; i < pixels.length; i += 4) {
        if (pixels[i + 3]! > 200) colours.add(pixels[i]! > pixels[i + 2]! + 60 ? 'hit' : 'other');
      }
      expect([...colours].sort()).toEqual(['hit', 'other']);
    }, WAIT);

    const startedAtMs = Date.now() - 5_000;
    const calibrated = { thresholdState: 'certified' as const, expectedFalseAlarmsPerDay: 0.5 };
    const event = world.raise({ snapshot: 'snapshots/1.jpg', startedAtMs, ...calibrated }, jpeg);
    const item = page.getByRole('button', { name: 'Details of Fire on yard' });
    await item.waitFor();
    await vi.waitFor(async () => expect(await page.title()).toBe('(1) wordwatch'), WAIT);
    await item.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText(event.id).waitFor();
    const snapshot = page.getByRole('dialog').getByRole('img');
    await vi.waitFor(async () => {
      expect(await snapshot.evaluate((image) => image.naturalWidth)).toBe(640);
    }, WAIT);
    await page.getByText('0.5 expected at this threshold').waitFor();
    const yes = page.getByRole('button', { name: 'Yes' });
    await yes.click();
    await page.getByText('The threshold is 3.0 now, it was 4.0.').waitFor();
    expect(world.verdicts.get(event.id)).toBe('true');
    expect(await yes.getAttribute('aria-pressed')).toBe('true');
    await yes.click(); // taken back
    await vi.waitFor(() => expect(world.verdicts.get(event.id)).toBeNull(), WAIT);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    const over = { ...event, phase: 'end' as const, endedAtMs: event.startedAtMs + 12_000 };
    world.raise({ ...over, snapshot: undefined } as never);
    await page.locator('.event.over', { hasText: '· 12 s' }).waitFor();
    expect(await page.locator('.event').count()).toBe(1);
    await vi.waitFor(async () => expect(await page.title()).toBe('wordwatch'), WAIT);
    expect(complaints).toEqual([]);
  });

  it('shows what was there before it was opened', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    for (let i = 0; i < 1_000; i++) world.store({ startedAtMs: i });
    world.bus.emit('score', makeScore({ atMs: Date.now() - 30_000, score: 3 }));
    world.show({ jpeg });
    const { page } = await visit(server.url);
    await card(page, 'yard').getByRole('img', { name: 'Newest picture of yard' }).waitFor();
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(200), WAIT);
    // Newest first, and no more than the newest were asked for.
    const newest = await page.locator('.event time').first().getAttribute('datetime');
    expect(newest).toBe(new Date(999).toISOString());
  });

  it('says that a camera sees nothing, on its card and of its events', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page, complaints } = await visit(server.url);
    world.show({ jpeg, tiles: [] });
    const event = world.raise({});
    const { id, name } = world.cameraList[0]!;
    const health = { kind: 'black' as const, sinceMs: Date.now() - 60_000 };
    await card(page, name).getByText('online').waitFor();
    world.bus.emit('camera', makeStatus({ cameraId: id, health }));
    await card(page, name).getByText('black picture').waitFor();
    expect(await card(page, name).locator('.pill').textContent()).toBe('sees nothing');
    await page.getByText('1 of 2 cameras online').waitFor();
    world.raise({ id: event.id, phase: 'update', blindSinceMs: health.sinceMs });
    await page.locator('.event.open').getByText('camera sees nothing').waitFor();
    world.bus.emit('camera', makeStatus({ cameraId: id, health: { kind: 'blurred', sinceMs: Date.now() } }));
    await card(page, name).getByText('much less sharp than usual').waitFor();
    expect(await card(page, name).locator('.pill').textContent()).toBe('sees badly');
    world.bus.emit('camera', makeStatus({ cameraId: id }));
    await card(page, name).getByText('online').waitFor();
    expect(complaints).toEqual([]);
  });

  it('takes words from outside for text, whatever they say', async () => {
    const world = new WatchedWorld();
    world.cameraList = [
      { id: 'yard', name: HACK, status: makeStatus({ state: 'offline', reason: `no frame ${HACK}` }) },
    ];
    world.ruleList = [{ ...world.ruleList[0]!, name: `fire ${HACK}`, when: [HACK] }];
    world.model.notice = `notice ${HACK}`;
    world.healthNow = { ok: false, problems: [{ part: 'mqtt', reason: HACK }] };
    const server = await serve(world);
    const { page, complaints } = await visit(server.url);
    world.bus.emit('rules', ['fire'], [`problem ${HACK}`]);
    world.show({ jpeg, tiles: [{ ruleId: 'fire', tile: TILE, score: 6, threshold: 4 }] });
    world.raise({ snapshot: 'x' }, jpeg);
    await page.locator('.event button').click();
    for (const text of ['no frame', 'notice', 'problem', 'mqtt:', 'fire'])
      await page.getByText(`${text} ${HACK}`).first().waitFor();
    expect(await page.evaluate('window.hacked')).toBe(undefined);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('says that the connection is lost, comes back by itself and has every event once', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page } = await visit(server.url);
    await page.getByText('Live', { exact: true }).waitFor();
    world.raise();
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(1), WAIT);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    await page.getByText('what you see is old', { exact: false }).waitFor();
    for (let i = 0; i < 5; i++) world.raise();
    await serve(world, { port });
    await page.getByText('Live', { exact: true }).waitFor();
    world.raise();
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(7), WAIT);
  });

  it('begins anew when the program comes back with another store', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    for (let i = 0; i < 5; i++) world.store();
    const { page } = await visit(server.url);
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(5), WAIT);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const other = new WatchedWorld();
    other.store();
    await serve(other, { port });
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(1), WAIT);
    other.raise();
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(2), WAIT);
  });

  it('asks for the token where there is one, and leaves it to the browser’s cookie', async () => {
    const world = new WatchedWorld();
    // One that may only look is enough.
    const wall = { name: 'wall', token: 'a-long-token', scope: 'view' as const };
    const server = await serve(world, { tokens: [wall] });
    const { page } = await visit(server.url);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not the token.').waitFor();
    await page.getByLabel('Token').fill('a-long-token');
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it.each([320, 3840])('fits a screen of %i px', async (widthPx) => {
    const world = new WatchedWorld();
    const server = await serve(world);
    for (let i = 0; i < 10; i++) world.store();
    const { page } = await visit(server.url, widthPx);
    world.show({ jpeg, tiles: [{ ruleId: 'fire', tile: TILE, score: 6, threshold: 4 }] });
    await page.locator('.tile').first().waitFor();
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(widthPx);
    // A portrait picture keeps its proportions, too.
    world.show({ cameraId: 'door', widthPx: 360, heightPx: 640, jpeg });
    const picture = card(page, 'door').locator('.picture');
    await picture.waitFor();
    const { width, height } = (await picture.boundingBox())!;
    expect(width / height).toBeCloseTo(360 / 640, 1);
  });
});
