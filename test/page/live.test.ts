import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { makeScore, makeStatus } from '../fixtures/happenings.js';
import { expectNoViolations, openPages } from '../fixtures/page.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const HACK = '<img src=x onerror="window.hacked = 1">';
const TILE = { index: 3, level: 1, box: { x: 0.25, y: 0.5, w: 0.25, h: 0.25 } };
const { serve, visit } = openPages();

let jpeg: Buffer;
beforeAll(async () => {
  const green = { width: 640, height: 360, channels: 3 as const, background: '#3a7' };
  jpeg = await sharp({ create: green }).jpeg().toBuffer();
});

const card = (page: Page, name: string) => page.getByRole('article', { name, exact: true });

describe('page', () => {
  it('shows a camera’s picture, the tile and line of its rules, and events as they come', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page, complaints } = await visit(server.url);
    await page.locator('.pill.live').waitFor();
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
    const item = page.getByRole('link', { name: 'Details of Fire yard' });
    await item.waitFor();
    await vi.waitFor(async () => expect(await page.title()).toBe('(1) Live · wordwatch'), WAIT);
    await item.focus();
    await page.keyboard.press('Enter');
    await vi.waitFor(() => expect(new URL(page.url()).hash).toBe(`#/events/${event.id}`), WAIT);
    await page.getByText(event.id).waitFor();
    await page.goBack();

    const over = { ...event, phase: 'end' as const, endedAtMs: event.startedAtMs + 12_000 };
    world.raise({ ...over, snapshot: undefined } as never);
    await page.locator('.event.over', { hasText: '· 12 s' }).waitFor();
    expect(await page.locator('.event').count()).toBe(1);
    await vi.waitFor(async () => expect(await page.title()).toBe('Live · wordwatch'), WAIT);
    expect(complaints).toEqual([]);
  });

  it('draws no line of a view that was left before it was drawn', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page, complaints } = await visit(server.url);
    await page.locator('.pill.live').waitFor();
    world.show({ jpeg });
    for (const score of [2, 6]) world.bus.emit('score', makeScore({ atMs: Date.now(), score, tile: TILE }));
    await card(page, 'yard').locator('canvas').waitFor();
    // What is asked for before the next picture of the screen comes when the view is gone.
    await page.evaluate(`
      const held = [];
      requestAnimationFrame = (callback) => held.push(callback);
      Object.assign(globalThis, { held, letGo: () => held.splice(0).forEach((callback) => callback(0)) });
    `);
    world.bus.emit('score', makeScore({ atMs: Date.now(), score: 7, tile: TILE }));
    await vi.waitFor(async () => expect(await page.evaluate('held.length')).toBeGreaterThan(0), WAIT);
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await vi.waitFor(async () => expect(await page.locator('canvas').count()).toBe(0), WAIT);
    await page.evaluate('letGo()');
    await page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
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
    for (const text of ['no frame', 'notice', 'problem', 'mqtt:', 'fire'])
      await page.getByText(`${text} ${HACK}`).first().waitFor();
    await page.locator('.event a').click();
    await page.getByRole('heading', { name: `fire ${HACK}` }).waitFor();
    expect(await page.evaluate('window.hacked')).toBe(undefined);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('says that the connection is lost, comes back by itself and has every event once', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page } = await visit(server.url);
    await page.locator('.pill.live').waitFor();
    world.raise();
    await vi.waitFor(async () => expect(await page.locator('.event').count()).toBe(1), WAIT);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    await page.getByText('what you see is old', { exact: false }).waitFor();
    for (let i = 0; i < 5; i++) world.raise();
    await serve(world, { port });
    await page.locator('.pill.live').waitFor();
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
    await page.locator('.pill.live').waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await page.locator('.pill.live').waitFor();
  });

  it('is sent the pictures of cameras in sight only', async () => {
    const world = new WatchedWorld();
    const ids = Array.from({ length: 40 }, (_, i) => `camera-${i}`);
    world.cameraList = ids.map((id) => ({ id, name: id, status: makeStatus({ cameraId: id }) }));
    const server = await serve(world);
    const { page } = await visit(server.url, { widthPx: 400 });
    const ratioOf = (id: string) => card(page, id).locator('.picture').getAttribute('style');
    await vi.waitFor(async () => {
      for (const cameraId of ids) world.show({ cameraId, jpeg });
      expect(await ratioOf('camera-0')).toContain('1.77');
    }, WAIT);
    const showSquares = async (id: string) => {
      for (const cameraId of ids) world.show({ cameraId, widthPx: 360, jpeg });
      expect(await ratioOf(id)).toContain(': 1;');
    };
    await vi.waitFor(() => showSquares('camera-0'), WAIT);
    const last = card(page, 'camera-39').locator('.picture[style*=": 1;"]');
    expect(await last.count()).toBe(0);
    await card(page, 'camera-39').scrollIntoViewIfNeeded();
    await last.waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'can be used by everybody in %s colours, by keyboard too',
    async (colorScheme) => {
      const world = new WatchedWorld();
      world.tilesNow = [
        {
          ...{ cameraId: 'yard', ruleId: null, atMs: 0, frame: { widthPx: 640, heightPx: 360 }, score: null },
          tiles: [{ ...TILE, margin: null }],
        },
      ];
      const server = await serve(world);
      const { page, complaints } = await visit(server.url, { colorScheme });
      world.show({ jpeg, tiles: [{ ruleId: 'fire', tile: TILE, score: 6, threshold: 4 }] });
      world.bus.emit('score', makeScore({ atMs: Date.now(), score: 6.25, tile: TILE }));
      world.bus.emit('camera', makeStatus({ cameraId: 'door', state: 'offline', reason: 'no route' }));
      world.raise({ snapshot: 'x' }, jpeg);
      await page.locator('.event').waitFor();
      await page.locator('.tile.hit').waitFor();
      await expectNoViolations(page);
      await page.keyboard.press('g');
      await page.getByRole('button', { name: 'Show the grid of tiles (g)', pressed: true }).waitFor();
      await page.locator('.grid-of-tiles i').waitFor();
      await page.getByRole('link', { name: 'Search' }).press('Enter');
      await page.getByRole('heading', { name: 'Search', exact: true }).waitFor();
      const focused = () => page.evaluate('document.activeElement.tagName');
      await vi.waitFor(async () => expect(await focused()).toBe('MAIN'), WAIT);
      expect(await page.evaluate('Object.keys(localStorage)')).toEqual(['wordwatch']);
      expect(complaints).toEqual([]);
    },
  );

  it.each([320, 3840])('fits a screen of %i px', async (widthPx) => {
    const world = new WatchedWorld();
    const server = await serve(world);
    for (let i = 0; i < 10; i++) world.store();
    const { page } = await visit(server.url, { widthPx });
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
