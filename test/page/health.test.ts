import { randomUUID } from 'node:crypto';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { CalibrationSummaryInfo } from '../../src/server/api/calibration-routes.js';
import type { CalibrationInfo } from '../../src/server/messages.js';
import { makeStatus } from '../fixtures/happenings.js';
import { expectNoViolations, openPages } from '../fixtures/page.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const HACK = '<img src=x onerror="window.hacked = 1">';
const { serve, visit } = openPages();

let jpeg: Buffer;
beforeAll(async () => {
  const green = { width: 640, height: 360, channels: 3 as const, background: '#3a7' };
  jpeg = await sharp({ create: green }).jpeg().toBuffer();
});

const PEAKS = [randomUUID(), randomUUID()];
const STANDING: Omit<CalibrationInfo, 'peaks'> = {
  ...{ cameraId: 'yard', ruleId: 'dog', budgetPerDay: 1, state: 'certified', threshold: 6.25 },
  ...{ observedHours: 61.4, clusters: 140, expected: { value: 0.93, low: 0.5, high: 1.42 } },
  contamination: { flagged: true, suspicious: 2, pValue: 0.01 },
};
const HISTORY: CalibrationSummaryInfo['history'] = [
  [1_700_000_000_000, 8],
  [1_700_003_600_000, 7.1],
  [1_700_007_200_000, 6.25],
];

function calibratedWorld(): WatchedWorld {
  const world = new WatchedWorld();
  const [fire] = world.ruleList;
  world.ruleList = [
    { ...fire!, cameras: ['door'] },
    { ...fire!, id: 'dog', name: `Dog ${HACK}`, threshold: null, budgetPerDay: 1 },
  ];
  world.summaryList = [
    { ...STANDING, history: HISTORY },
    {
      ...{
        ...STANDING,
        cameraId: 'door',
        state: 'warming_up',
        threshold: 9,
        observedHours: 0.5,
        expected: null,
      },
      ...{ contamination: { flagged: false, suspicious: 0, pValue: 1 }, history: HISTORY.slice(0, 1) },
    },
  ];
  const peaks = PEAKS.map((id, i) => ({ id, atMs: 1_700_000_000_000 + i, score: 7 - i, verdict: null }));
  world.calibrationList = [{ ...STANDING, peaks }];
  for (const id of PEAKS) {
    world.store({ id });
    world.snapshots.set(id, jpeg);
  }
  world.feasible.push({
    ...{ cameraId: 'yard', ruleId: 'dog', verdict: 'weak', reasons: ['the fence looks like it'] },
    ...{ samples: 300, sightings: 2, separation: null, dominatingTile: null, likest: [], negatives: [] },
    proposals: [
      {
        ...{ kind: 'add-negative', phrase: 'a fence', text: 'add "a fence" to not:', climbBefore: 0.5 },
        ...{ climbAfter: 0.3, aucBefore: null, aucAfter: null },
      },
    ],
  });
  return world;
}

/** Whether what is at an element's middle is that element, or within it. */
const isUncovered = (element: Locator) =>
  element.evaluate((found) => {
    const { x, y, width, height } = found.getBoundingClientRect();
    const top = found.ownerDocument.elementFromPoint(x + width / 2, y + height / 2);
    return top === found || found.contains(top);
  });

describe('health: calibration', () => {
  it('shows each rule on each camera, and one of them with its peaks, which are judged by keys', async () => {
    const world = calibratedWorld();
    const server = await serve(world);
    const { page, complaints } = await visit(`${server.url}#/health`);
    const told = 'certified, threshold 6.3 0.93/day 61 h 2 peaks stand out';
    const cell = page.getByRole('link', { name: `Dog ${HACK} on yard: ${told}` });
    await cell.waitFor();
    await page.getByRole('link', { name: `Dog ${HACK} on door: learning, threshold 9.0 30 min` }).waitFor();
    await page.getByRole('link', { name: 'Fire on door: fixed, threshold 4.0' }).waitFor();
    // A camera that a rule does not watch has no cell.
    expect(await page.locator('.cell').count()).toBe(3);
    expect(await page.locator('.counts').textContent()).toBe(
      '1 certified1 learning1 fixed1 with peaks to look at',
    );
    await expectNoViolations(page);
    await page.getByLabel('Only what needs a look').check();
    await vi.waitFor(async () => expect(await page.locator('.cell').count()).toBe(2), WAIT);
    await page.getByLabel('Camera', { exact: true }).selectOption('yard');
    await vi.waitFor(async () => expect(await page.locator('.cell').count()).toBe(1), WAIT);
    expect(page.url()).toMatch(/#\/health\?camera=yard&doubtful=1$/);

    await cell.press('Enter');
    await page.getByRole('heading', { name: `Dog ${HACK} on yard` }).waitFor();
    await page.getByText('0.93 a day (90 % between 0.5 and 1.4)').waitFor();
    await page.getByText('The 2 highest peaks stand out from the rest', { exact: false }).waitFor();
    await page.getByRole('img', { name: 'The threshold was 8.0 at first and is 6.3 now' }).waitFor();
    await page.getByText('the fence looks like it').waitFor();
    await page.getByText('add "a fence" to not:').waitFor();
    await expectNoViolations(page);

    const first = page.getByRole('listitem', { name: /^Peak 1, / });
    await vi.waitFor(async () => {
      expect(await first.locator('img').evaluate((image) => image.naturalWidth)).toBe(640);
    }, WAIT);
    await first.focus();
    world.calibrationList[0]!.peaks[0]!.verdict = 'true';
    await page.keyboard.press('t');
    await page.getByText('True: noted of 1 moment.').waitFor();
    const verdictOf = (place: number) => world.pastWorld.moments.get(PEAKS[place]!)!.verdict;
    expect(verdictOf(0)).toBe('true');
    await first.getByRole('button', { name: 'True', pressed: true }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('f');
    await page.getByText('False: noted of 1 moment.').waitFor();
    expect(verdictOf(1)).toBe('false');
    await page.keyboard.press('z');
    await vi.waitFor(() => expect(verdictOf(1)).toBe(null), WAIT);
    expect(await page.evaluate('window.hacked')).toBe(undefined);
    expect(complaints).toEqual([]);
  });

  it('shows a hundred rules on sixteen cameras, with names that stay in sight', async () => {
    const world = new WatchedWorld();
    world.cameraList = Array.from({ length: 16 }, (_, i) => {
      const id = `camera-${i}`;
      return { id, name: `Camera ${i}`, status: makeStatus({ cameraId: id }) };
    });
    const [rule] = world.ruleList;
    world.ruleList = Array.from({ length: 100 }, (_, i) => {
      return { ...rule!, id: `rule-${i}`, name: `Rule ${i}`, threshold: null, budgetPerDay: 1 };
    });
    world.summaryList = world.ruleList.flatMap(({ id: ruleId }) =>
      world.cameraList.map(({ id: cameraId }) => ({ ...STANDING, cameraId, ruleId, history: HISTORY })),
    );
    const server = await serve(world);
    const { page, complaints } = await visit(`${server.url}#/health`);
    await page.locator('.cell').nth(1599).waitFor();
    const last = page.getByRole('link', { name: /^Rule 99 on Camera 15: certified/ });
    await last.focus();
    expect(await isUncovered(page.getByRole('rowheader', { name: 'Rule 99', exact: true }))).toBe(true);
    expect(await isUncovered(page.getByRole('columnheader', { name: 'Camera 15' }))).toBe(true);
    // What is to be looked at covers nothing.
    const [doubt, rate] = [last.locator('.doubt'), last.locator('.cell-rate')];
    const [left, right] = [await doubt.locator('svg').boundingBox(), await rate.boundingBox()];
    expect(left!.x + left!.width).toBeLessThanOrEqual(right!.x);
    await page.getByLabel('Camera', { exact: true }).selectOption('camera-7');
    await vi.waitFor(async () => expect(await page.locator('.cell').count()).toBe(100), WAIT);
    expect(complaints).toEqual([]);
  });

  it('fits a phone, says what is not there, and comes back from an error', async () => {
    const world = calibratedWorld();
    const summaries = world.calibrationSummaries;
    world.calibrationSummaries = () => Promise.reject(new Error('broken'));
    const server = await serve(world);
    const { page } = await visit(`${server.url}#/health`, {
      widthPx: 320,
      heightPx: 700,
      colorScheme: 'dark',
    });
    await page.getByRole('alert').getByText('something went wrong', { exact: false }).waitFor();
    world.calibrationSummaries = summaries;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.cell').first().waitFor();
    const isNarrow = async () =>
      expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(320);
    await isNarrow();
    await expectNoViolations(page);
    for (const [hash, text] of [
      ['#/health/pair/yard/dog', 'add "a fence" to not:'],
      ['#/health/pair/door/fire', 'Set by somebody. No promise.'],
      ['#/health/pair/nowhere/never', 'There is no such calibrated rule on this camera.'],
    ] as const) {
      await page.goto(`${server.url}${hash}`);
      await page.getByText(text).waitFor();
      await isNarrow();
    }
  });
});

describe('health: system', () => {
  it.each(['light', 'dark'] as const)(
    'tells how the program does, every two seconds, in %s',
    async (colorScheme) => {
      const world = calibratedWorld();
      world.healthNow = { ok: false, problems: [{ part: 'mqtt', reason: 'connection refused' }] };
      const server = await serve(world);
      const { page, complaints } = await visit(`${server.url}#/health/system`, { colorScheme });
      const yard = page.getByRole('row', { name: /^yard/ });
      await yard.getByText('0.9 of 1.0').waitFor();
      expect(await yard.textContent()).toContain('80 ms (95 %: 240 ms)');
      await page.getByRole('row', { name: /^mqtt connection refused 3/ }).waitFor();
      await page.getByText('40 GB of 100 GB free on the disk').waitFor();
      await page.getByRole('row', { name: 'Vectors 80 MB 7 days' }).waitFor();
      await page.getByRole('row', { name: /^Clips .* switched off$/ }).waitFor();
      await page.getByText('here, on cpu (onnxruntime 1.30.0)').waitFor();
      await page.getByText('No token is asked for', { exact: false }).waitFor();
      await expectNoViolations(page);
      const { systemNow } = world;
      const [camera] = systemNow.cameras;
      world.systemNow = {
        ...{ ...systemNow, atMs: systemNow.atMs + 2_000, cameras: [{ ...camera!, scoredFps: 0.4 }] },
        process: { ...systemNow.process, cpuSeconds: systemNow.process.cpuSeconds + 1 },
      };
      await yard.getByText('0.4 of 1.0').waitFor();
      await page.getByText('0.50 of 2 cores').waitFor();
      world.bus.emit('rules', ['dog'], ['rules/yard.yaml:5:16 expected a phrase']);
      await page.getByRole('main').getByText('rules/yard.yaml:5:16 expected a phrase').waitFor();
      expect(complaints).toEqual([]);
    },
  );

  it('says who is signed in and what they may do, and signs them out', async () => {
    const world = calibratedWorld();
    const wall = { name: 'wall', token: 'a-long-token', scope: 'view' as const };
    const server = await serve(world, { tokens: [wall] });
    const { page } = await visit(`${server.url}#/health/pair/yard/dog`, { widthPx: 320, heightPx: 700 });
    await page.getByLabel('Token').fill('a-long-token');
    await page.keyboard.press('Enter');
    await page.getByText('Your token may only look', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Unsure' }).first().isDisabled()).toBe(true);
    await page.getByRole('listitem', { name: /^Peak 1, / }).focus();
    await page.keyboard.press('t');
    await page.goto(`${server.url}#/health/system`);
    await page.getByText('look', { exact: true }).waitFor();
    await page.getByText('wall', { exact: true }).waitFor();
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(320);
    expect(world.pastWorld.moments.list({ reviewed: true })).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });
});
