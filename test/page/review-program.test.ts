import { expect, it, vi } from 'vitest';
import type { CalibrationInfo } from '../../src/server/messages.js';
import { openPages } from '../fixtures/page.js';
import { SampleProgram } from '../fixtures/sample-program.js';

// The program itself on a sample video, and somebody who says of an event what it was.

const WAIT = { timeout: 60_000, interval: 200 };
const { visit } = openPages();

it('a threshold moves by what somebody says of an event', { timeout: 300_000 }, async () => {
  const rule = {
    id: 'person-down',
    when: ['a person is lying on the ground', 'somebody has fallen'],
    not: ['a person walking', 'a dog', 'a dog running', 'a cat', 'a rug'],
    budget: { false_alarms_per_day: 1 },
  };
  await using program = await SampleProgram.create({
    cameras: ['living-room'],
    rules: JSON.stringify({ rules: [rule] }),
  });
  await program.calibrate('living-room');
  await program.start();
  const threshold = async () => {
    const answer = await fetch(`${program.url}api/calibrations`);
    const { calibrations } = (await answer.json()) as { calibrations: CalibrationInfo[] };
    return calibrations[0]?.threshold ?? 0;
  };
  await vi.waitFor(async () => expect(await threshold()).toBeGreaterThan(0), WAIT);
  const quiet = await threshold();
  // The fall, taken for a false alarm, holds the threshold too high.
  await vi.waitFor(async () => expect(await threshold()).toBeGreaterThan(quiet), WAIT);
  const before = await threshold();
  const { page, complaints } = await visit(`${program.url}#/events`);
  await page
    .getByRole('link', { name: /person-down/ })
    .first()
    .waitFor(WAIT);
  await page.keyboard.press('j');
  await page.keyboard.press('t');
  await page
    .getByText(/The threshold of person-down on Living room goes from \d+\.\d+ to \d+\.\d+/)
    .waitFor(WAIT);
  await vi.waitFor(async () => expect(await threshold()).toBeLessThan(before), WAIT);
  expect(complaints).toEqual([]);
});
