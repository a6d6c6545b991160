import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { expectNoViolations, openPages } from '../fixtures/page.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const { serve, visit } = openPages();
const T0 = Date.now() - 3_600_000;
const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

let jpeg: Buffer;
beforeAll(async () => {
  const green = { width: 640, height: 360, channels: 3 as const, background: '#3a7' };
  jpeg = await sharp({ create: green }).jpeg().toBuffer();
});

/** Events a second apart, every third at the door, all over but the newest. */
function worldOf(count: number): WatchedWorld {
  const world = new WatchedWorld();
  for (let i = 0; i < count; i++) {
    const startedAtMs = T0 + i * 1_000;
    const about = { startedAtMs, atMs: startedAtMs, cameraId: i % 3 === 0 ? 'door' : 'yard' };
    const event = world.store({ ...about, snapshot: 'snapshots/x.jpg', score: 5 + i / count });
    world.snapshots.set(event.id, jpeg);
    if (i < count - 1) world.store({ ...event, phase: 'end', endedAtMs: startedAtMs + 500 });
  }
  return world;
}

const cards = (page: Page) => page.locator('.event-card');
const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');

describe('the events view', () => {
  it('shows what is asked for, lets what happens slide in, and is moved through by keys', async () => {
    const world = worldOf(30);
    const server = await serve(world);
    const { page, complaints } = await visit(`${server.url}#/events`);
    await page.getByText('30 events').waitFor();
    await expectNoViolations(page);
    await page.getByLabel('Camera', { exact: true }).selectOption('door');
    await page.getByText('10 events').waitFor();
    expect(new URL(page.url()).hash).toBe('#/events?camera=door');
    await page.getByLabel('State').selectOption('over');
    await page.getByText('10 events').waitFor();

    const there = { cameraId: 'door', startedAtMs: Date.now(), snapshot: 'snapshots/x.jpg' };
    const event = world.raise(there, jpeg);
    await page.getByLabel('State').selectOption('');
    await page.getByText('11 events').waitFor();
    world.raise({ cameraId: 'yard', startedAtMs: Date.now() }); // not asked for
    const late = world.raise({ ...there, startedAtMs: Date.now(), peakScore: 77 }, jpeg);
    await page.getByText('12 events').waitFor();
    await vi.waitFor(async () => expect(await cards(page).first().textContent()).toContain('77.0'), WAIT);
    const ended = { ...late, phase: 'end' as const, endedAtMs: late.startedAtMs + 12_000, atMs: Date.now() };
    world.raise({ ...ended, snapshot: undefined } as never);
    await cards(page).first().getByText('· 12 s').waitFor();
    expect(await cards(page).first().locator('img').count()).toBe(1);

    // From the newest one down, a row, back; there its verdict, and its details.
    await page.keyboard.press('j');
    await vi.waitFor(async () => expect(await focused(page)).toMatch(/Fire.*door/), WAIT);
    await page.keyboard.press('t');
    await page.getByText('True: noted of 1 moment.').waitFor();
    expect(world.pastWorld.moments.get(event.id)!.verdict).toBe('true');
    await vi.waitFor(async () => expect(await focused(page)).toMatch(/True/), WAIT);
    await page.keyboard.press('z');
    await vi.waitFor(() => expect(world.pastWorld.moments.get(event.id)!.verdict).toBeNull(), WAIT);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fire on door' }).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/events/${event.id}?camera=door`);
    await page.keyboard.press('Escape');
    await page.locator('.event-card > a:focus').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await expectNoViolations(page);
    expect(complaints).toEqual([]);
  });

  it('judges many at once and takes that back, and exports what is shown', async () => {
    const world = worldOf(6);
    const server = await serve(world);
    const { page } = await visit(`${server.url}#/events?camera=yard`);
    await page.getByText('4 events').waitFor();
    for (const key of ['x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByText('3 selected').waitFor();
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'False: it was something else' }).click();
    await page.getByText('False: noted of 3 moments.').waitFor();
    const verdicts = () => world.pastWorld.moments.list({}).map(({ verdict }) => verdict);
    expect(verdicts().filter((verdict) => verdict === 'false')).toHaveLength(3);
    await page.getByRole('button', { name: 'Undo' }).click();
    await vi.waitFor(() => expect(verdicts().every((verdict) => verdict === null)).toBe(true), WAIT);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export these events as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('events.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => line.split(',')[1])).toEqual(['camera', 'yard', 'yard', 'yard', 'yard']);
  });

  it('keeps few of ten thousand events in the document, and reaches the last', async () => {
    const world = worldOf(10_000);
    const server = await serve(world);
    const { page } = await visit(`${server.url}#/events`);
    await page.getByText('10,000 events').waitFor();
    const last = page.locator('[aria-posinset="10000"]');
    while ((await last.count()) === 0) {
      expect(await cards(page).count()).toBeLessThan(80);
      // Older ones are asked for, and the page grows; or these were the last.
      const scroll = 'scrollTo(0, document.body.scrollHeight); document.body.scrollHeight';
      const height = await page.evaluate<number>(scroll);
      await vi.waitFor(async () => {
        const isLonger = (await page.evaluate<number>('document.body.scrollHeight')) > height;
        expect(isLonger || (await last.count()) > 0).toBe(true);
      }, WAIT);
    }
    await last.getByText('· 1 s').waitFor();
  });

  it('says what is wrong, and that nothing is like that', async () => {
    const world = new WatchedWorld();
    const server = await serve(world);
    const { page } = await visit(`${server.url}#/events`);
    await page.getByText('Nothing has happened yet.').waitFor();
    await page.goto(`${server.url}#/events?severity=info&state=nonsense`);
    await page.getByText('No event is like that.').waitFor();
    await page.goto(`${server.url}#/events?camera=NOT-AN-ID`);
    await page.getByRole('alert').getByText('lower-case letters').waitFor();
    await page.goto(`${server.url}#/events/00000000-0000-4000-8000-000000000000`);
    await page.getByText('There is no such event.').waitFor();
    await expectNoViolations(page);
  });
});

describe('an event', () => {
  it('shows why it was raised, its scores and its clip, is judged by a key, and leads to the next one', async () => {
    const world = worldOf(3);
    const [older, event, newer] = [0, 1, 2].map(
      (i) => world.stored.filter(({ phase }) => phase === 'start')[i]!,
    );
    const { curve } = world.pastWorld;
    for (let s = 0; s < 60; s++) curve.push([event!.startedAtMs - 30_000 + s * 1000, Math.sin(s) + 3, 4]);
    world.clips.set(event!.id, { path: sample('fire-yard.mp4') });
    const server = await serve(world);
    const { page, complaints } = await visit(`${server.url}#/events/${event!.id}`);
    await page.getByRole('heading', { name: 'Fire on yard' }).waitFor();
    await page.getByRole('row', { name: 'something is on fire' }).waitFor();
    await page.getByRole('row', { name: 'a sunset' }).waitFor();
    const curvePlot = page.getByRole('application', { name: /highest 4\.0, threshold 4\.0/ });
    await curvePlot.focus();
    await page.keyboard.press('End');
    await page.getByText(/: score 3\.6, threshold 4\.0/).waitFor();
    await page.getByRole('button', { name: 'Clip' }).click();
    const video = page.getByLabel('Video of Fire on yard');
    expect(await video.getAttribute('src')).toBe(`/api/events/${event!.id}/clip`);
    await page.getByRole('button', { name: 'Snapshot' }).click();
    await page.getByRole('img', { name: 'Snapshot of Fire on yard' }).waitFor();
    await page.getByText('wordwatch/yard/fire/event').waitFor();
    await expectNoViolations(page);

    await page.keyboard.press('f');
    await page.getByRole('button', { name: 'False: it was something else', pressed: true }).waitFor();
    await page.keyboard.press('f'); // taken back
    await vi.waitFor(() => expect(world.pastWorld.moments.get(event!.id)!.verdict).toBeNull(), WAIT);
    await page.keyboard.press('j');
    await vi.waitFor(() => expect(page.url()).toContain(older!.id), WAIT);
    await page.getByRole('heading', { name: 'Fire on door' }).waitFor();
    expect(await page.getByRole('button', { name: 'Older event' }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Newer event' }).click();
    await page.getByRole('heading', { name: 'Fire on yard' }).waitFor();
    await page.keyboard.press('k');
    await vi.waitFor(() => expect(page.url()).toContain(newer!.id), WAIT);
    // What happens to it while somebody looks.
    await page.locator('time', { hasText: 'since' }).waitFor();
    const endedAtMs = newer!.startedAtMs + 7_000;
    world.raise({ ...newer!, phase: 'end', endedAtMs, atMs: endedAtMs, snapshot: undefined } as never);
    await page.getByText('· 7 s').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the near misses view', () => {
  it('shows what marking a moment would change, marks it, and takes it back', async () => {
    const world = new WatchedWorld();
    const budget = { threshold: null, budgetPerDay: 1 };
    world.ruleList = [...world.ruleList, { ...world.ruleList[0]!, id: 'smoke', name: 'Smoke', ...budget }];
    const live = world.pastWorld.watchPeaks(T0);
    for (const { id } of world.pastWorld.moments.list({})) world.snapshots.set(id, jpeg);
    const server = await serve(world);
    const { page, complaints } = await visit(`${server.url}#/near-misses`);
    await page.getByRole('list', { name: 'Near misses of Smoke on yard' }).waitFor();
    expect(await page.locator('.miss').count()).toBe(20);
    await expectNoViolations(page);

    const before = live.calibration.threshold;
    await page.keyboard.press('j');
    const told = await page
      .locator('.miss:focus')
      .getByText(/threshold \d+\.\d+ → \d+\.\d+/)
      .textContent();
    const [from, to] = told!.match(/\d+\.\d+/g)!.map(Number);
    expect(from).toBeCloseTo(before, 2);
    expect(live.calibration.threshold).toBe(before); // nothing was done yet
    await page.keyboard.press('t');
    await page
      .getByText(`The threshold of Smoke on yard goes from ${from!.toFixed(2)} to ${to!.toFixed(2)}.`)
      .waitFor();
    expect(live.calibration.threshold).toBeCloseTo(to!, 2);
    await page.getByRole('button', { name: 'True: it was what the rule is for', pressed: true }).waitFor();
    await page.keyboard.press('z');
    await vi.waitFor(() => expect(live.calibration.threshold).toBeCloseTo(before, 1), WAIT);

    // Many at once, foreseen together.
    for (const key of ['x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
    const bar = page.getByRole('region', { name: '3 selected' });
    await bar.getByText(/Smoke, yard: threshold/).waitFor();
    await expectNoViolations(page);
    await bar.getByRole('button', { name: 'Unsure' }).click();
    await page.getByText('Unsure: noted of 3 moments.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows those below a fixed threshold, too, and says that it stays where it is', async () => {
    const world = new WatchedWorld();
    const ids = world.pastWorld.watchFixedPeaks(T0);
    for (const id of ids) world.snapshots.set(id, jpeg);
    const server = await serve(world);
    const { page, complaints } = await visit(`${server.url}#/near-misses`);
    await page.getByRole('list', { name: 'Near misses of Fire on yard' }).waitFor();
    expect(await page.locator('.miss').count()).toBe(2);
    await page.getByText('threshold 4.00, fixed, without a promise', { exact: true }).waitFor();
    await page.getByText('does not move a fixed threshold').waitFor();
    await page.getByText('3.50 of 4.00').waitFor();
    await page.keyboard.press('j');
    await page.locator('.miss:focus').getByText('no threshold moves').waitFor();
    await expectNoViolations(page);
    await page.keyboard.press('t');
    await page.getByRole('button', { name: 'True: it was what the rule is for', pressed: true }).waitFor();
    expect(ids.map((id) => world.pastWorld.moments.get(id)!.verdict)).toContain('true');
    expect(complaints).toEqual([]);
  });

  it('only lets those judge who may change things', async () => {
    const world = new WatchedWorld();
    const budget = { threshold: null, budgetPerDay: 1 };
    world.ruleList = [{ ...world.ruleList[0]!, id: 'smoke', name: 'Smoke', ...budget }];
    world.pastWorld.watchPeaks(T0);
    const tokens = [{ name: 'wall', token: 'a-token-to-look-at-all', scope: 'view' as const }];
    const server = await serve(world, { tokens });
    const { page } = await visit(`${server.url}#/near-misses`);
    await page.getByLabel('Token').fill('a-token-to-look-at-all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const verdicts = page.getByRole('button', { name: 'Unsure' });
    await verdicts.first().waitFor();
    expect(await verdicts.first().isDisabled()).toBe(true);
  });
});
