import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { makeEvent, makeScore } from '../fixtures/happenings.js';
import { expectNoViolations, openPages } from '../fixtures/page.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const MINUTE_MS = 60_000;
const HACK = '<img src=x onerror="window.hacked = 1">';
const { serve, visit } = openPages();

let jpeg: Buffer;
beforeAll(async () => {
  const grey = { width: 640, height: 360, channels: 3 as const, background: '#888' };
  jpeg = await sharp({ create: grey }).jpeg().toBuffer();
});

/** A world in which the yard has a past: an hour ago a fire, then half an hour without a connection, and now darkness. */
function worldWithPast(): { world: WatchedWorld; fire: ReturnType<typeof makeEvent> } {
  const world = new WatchedWorld();
  world.ruleList = [...world.ruleList, { ...world.ruleList[0]!, id: 'dog', name: `Dog ${HACK}` }];
  const now = Math.floor(Date.now() / MINUTE_MS);
  const score = (ruleId: string, score: number) => ({
    ruleId,
    score,
    threshold: 4,
    state: 'certified' as const,
  });
  for (let ago = 180; ago > 0; ago--) {
    const isBlind = ago > 30 && ago <= 60;
    world.minutes.push({
      minute: now - ago,
      light: isBlind ? null : { regime: ago > 30 ? 'day' : 'night', brightness: ago > 30 ? 0.5 : 0.05 },
      scores: isBlind ? [] : [score('fire', ago > 65 && ago < 75 ? 7.5 : -3), score('dog', -5)],
    });
  }
  world.changes = [
    { atMs: (now - 180) * MINUTE_MS, state: 'online', health: null, reason: null },
    { atMs: (now - 60) * MINUTE_MS, state: 'offline', health: null, reason: `refused ${HACK}` },
    { atMs: (now - 30) * MINUTE_MS, state: 'online', health: null, reason: null },
  ];
  const fire = makeEvent({
    ...{ seq: 1, phase: 'end', startedAtMs: (now - 74) * MINUTE_MS, endedAtMs: (now - 66) * MINUTE_MS },
    atMs: (now - 66) * MINUTE_MS,
  });
  const tile = (index: number, level: number, box: [number, number, number, number], margin: number) => {
    const [x, y, w, h] = box;
    return { index, level, box: { x, y, w, h }, margin };
  };
  world.tilesNow = ['fire', 'dog', null].map((ruleId) => ({
    ...{ cameraId: 'yard', ruleId, atMs: Date.now(), frame: { widthPx: 1280, heightPx: 720 } },
    score: { score: 6.5, threshold: 4, tile: 2 },
    tiles: [
      tile(0, 0, [0, 0, 1, 1], -8),
      tile(1, 1, [0, 0, 0.5, 1], -2),
      tile(2, 1, [0.5, 0, 0.5, 1], ruleId === 'dog' ? -9 : 6.5),
    ],
  }));
  return { world, fire };
}

async function open(world: WatchedWorld, hash: string, options = {}, events: unknown[] = []) {
  const server = await serve(world);
  const visited = await visit(server.url, options);
  await visited.page.locator('.pill.live').waitFor();
  await visited.page.route('**/api/past/events?*', (route) =>
    route.fulfill({ json: { events: events.map((event) => ({ event })) } }),
  );
  await visited.page.goto(`${server.url}${hash}`);
  world.show({ jpeg });
  // On a phone it lies below what is in sight, and is drawn when it is looked at.
  await visited.page.locator('.time-plot').scrollIntoViewIfNeeded();
  await visited.page.locator('.time-plot canvas').waitFor();
  return visited;
}

const queryOf = (page: Page) => new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
const reading = (page: Page) => page.locator('.scores [role="status"]').textContent();

/** How many points of the plot have nearly a colour. */
function pixelsOf(page: Page, [red, green, blue]: [number, number, number]): Promise<number> {
  return page.locator('.time-plot canvas').evaluate(
    (canvas, [red, green, blue]) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        const off = Math.abs(data[i] - red!) + Math.abs(data[i + 1] - green!) + Math.abs(data[i + 2] - blue!);
        if (data[i + 3] > 200 && off < 40) count++;
      }
      return count;
    },
    [red, green, blue],
  );
}

describe('a camera', () => {
  it('shows where a rule finds what it looks for, and what it found in the past', async () => {
    const { world, fire } = worldWithPast();
    const { page, complaints } = await open(world, '#/camera/yard?span=6h', {}, [fire]);
    await page.getByRole('heading', { level: 1, name: 'yard' }).waitFor();

    // The heat map: of each part the closest tile, in its colour, with values when they are asked for.
    await page.locator('.heat .tile.hit', { hasText: 'Fire 6.5' }).waitFor();
    const heat = await page
      .locator('.heat i')
      .evaluateAll((cells) => cells.map((cell) => Number(cell.style.getPropertyValue('--t'))));
    expect(heat).toEqual([41, 100]);
    await page.keyboard.press('v');
    await vi.waitFor(
      async () => expect(await page.locator('.heat em').allTextContents()).toEqual(['-8.0', '-2.0', '6.5']),
      WAIT,
    );
    await page.getByLabel('Tiles', { exact: true }).selectOption('1');
    expect(await page.locator('.heat em').allTextContents()).toEqual(['-2.0', '6.5']);
    await page.keyboard.press('h');
    expect(await page.locator('.heat i').count()).toBe(0);
    await page.keyboard.press('h');
    await page.getByText('Tiles as a table').click();
    expect(await page.locator('.stage-card tbody tr').first().textContent()).toContain('2 (highest)');

    // Lines, the fire in another colour, and where the camera saw nothing.
    await vi.waitFor(async () => expect(await pixelsOf(page, [31, 115, 145])).toBeGreaterThan(200), WAIT);
    expect(await pixelsOf(page, [188, 68, 7])).toBeGreaterThan(10);
    await page.getByText('Threshold 4.0: from this camera’s footage, certified').waitFor();
    const health = page.locator('.periods li');
    expect(await health.nth(1).textContent()).toContain(`refused ${HACK}`);
    await page.getByText('saw 83 % of the time').waitFor();

    // An event is a link to its page.
    const mark = page.locator('.rail').getByRole('link');
    expect(await mark.textContent()).toMatch(/^Fire, .*, 8:00 min$/);
    expect(await mark.getAttribute('href')).toBe(`#/events/${fire.id}`);

    // Another rule, without another line; and lines that are not to be seen.
    await page.getByRole('button', { name: `Dog ${HACK}`, exact: true }).click();
    await page.locator('.heat .tile', { hasText: 'Dog' }).waitFor();
    expect(queryOf(page).get('rule')).toBe('dog');
    await page.getByRole('button', { name: 'Line of Fire' }).click();
    await vi.waitFor(async () => expect(await pixelsOf(page, [31, 115, 145])).toBe(0), WAIT);
    await page.getByRole('button', { name: 'Line of Fire' }).click();

    await page.getByText('Scores as a table').click();
    const table = page.getByRole('table', { name: 'Highest score in each stretch of time' });
    expect(await table.locator('td.hit').first().textContent()).toBe('7.5');
    await expectNoViolations(page);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  it('is looked through by dragging and by keys, and back', async () => {
    const { world } = worldWithPast();
    const { page, complaints } = await open(world, '#/camera/yard', { colorScheme: 'dark' });
    await page.keyboard.press('3');
    await vi.waitFor(() => expect(queryOf(page).get('span')).toBe('6h'), WAIT);
    const plot = page.getByRole('application');
    const over = (await plot.locator('.u-over').boundingBox())!;
    const [x, y] = [(part: number) => over.x + part * over.width, over.y + over.height / 2];
    await page.mouse.move(x(0.5), y);
    await page.mouse.down();
    await page.mouse.move(x(0.75), y, { steps: 5 });
    await page.mouse.up();
    await vi.waitFor(() => expect(queryOf(page).get('from')).not.toBeNull(), WAIT);
    const length = () => (Number(queryOf(page).get('to')) - Number(queryOf(page).get('from'))) / MINUTE_MS;
    expect(length()).toBeGreaterThan(85);
    expect(length()).toBeLessThan(95);
    await page.mouse.move(0, 0);

    await plot.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await vi.waitFor(async () => expect(await reading(page)).toMatch(/: Fire -3\.0, Dog .* -5\.0$/), WAIT);
    await page.keyboard.press('+');
    await vi.waitFor(() => expect(length()).toBeLessThan(50), WAIT);
    await page.keyboard.press('PageDown');
    await vi.waitFor(async () => {
      await page.keyboard.press('Escape');
      expect(length()).toBeGreaterThan(85);
    }, WAIT);
    await plot.dblclick();
    await vi.waitFor(() => expect(queryOf(page).get('from')).toBeNull(), WAIT);
    expect(queryOf(page).get('span')).toBe('6h');
    await expectNoViolations(page);

    // What comes is there soon after.
    await page.keyboard.press('1');
    world.bus.emit('score', makeScore({ atMs: Date.now() - 2_000, score: 9.9 }));
    await vi.waitFor(async () => {
      await plot.focus();
      await page.keyboard.press('End');
      expect(await reading(page)).toMatch(/Fire 9\.9/);
    }, WAIT);
    expect(complaints).toEqual([]);
  });

  it('fits a phone, and says what is wrong', async () => {
    const { world } = worldWithPast();
    const { page } = await open(world, '#/camera/yard', { widthPx: 320, heightPx: 640 });
    await page.locator('.heat i').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await expectNoViolations(page);

    await page.route('**/api/history/scores?*', (route) => route.abort());
    await page.getByRole('button', { name: '1 day' }).click();
    await page.getByText('The program does not answer.').waitFor();
    await page.unroute('**/api/history/scores?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await vi.waitFor(async () => expect(await page.locator('.failure').count()).toBe(0), WAIT);

    await page.goto(page.url().replace(/#.*/, '#/camera/nowhere'));
    await page.getByText('There is no camera “nowhere”.').waitFor();
    await page.getByRole('link', { name: 'door' }).click();
    await page.getByText('Nothing is known of this stretch of time.').waitFor();
    await expectNoViolations(page);
  });
});
