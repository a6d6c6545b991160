import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openVectorsReadOnly } from '../../src/store/vectors/vector-database.js';
import { expectNoViolations, openPages } from '../fixtures/page.js';
import { SampleProgram } from '../fixtures/sample-program.js';

// The program itself on the sample videos, and somebody who looks at its page.

const WAIT = { timeout: 90_000, interval: 200 };
const { visit } = openPages();

/** Addresses of the views, and something that each shows only when the program has answered. */
const VIEWS: readonly [address: string, sign: string | RegExp][] = [
  ['#/camera/yard', /^day, brightness/],
  ['#/events', /^\d+ events?$/],
  ['#/near-misses', /^Nothing was near yet|does not move a fixed threshold/],
  ['#/studio', 'New rule'],
  ['#/studio/fire', /of stored footage/],
  ['#/search?q=a%20truck', /camera minutes? compared/],
  ['#/health', /^\d+ fixed$/],
  ['#/health/system', 'Everything works.'],
];

describe('the page of the program', () => {
  it('shows what happens in every view, says when the program is gone, and misses nothing when it is back', {
    timeout: 300_000,
  }, async () => {
    await using program = await SampleProgram.create({ cameras: ['yard', 'car-park'] });
    await program.start();
    const { page, complaints } = await visit(program.url);
    await page.getByRole('img', { name: /^Newest picture of Yard/ }).waitFor(WAIT);
    await page.locator('.event', { hasText: 'Fire' }).first().waitFor(WAIT);
    for (const [address, sign] of VIEWS) {
      await page.goto(`${program.url}${address}`);
      // What was asked for before the first minute was stored is asked for anew by whoever looks again.
      const shown = page.getByText(sign).first();
      await vi.waitFor(
        () =>
          shown
            .waitFor({ timeout: 20_000 })
            .catch((error) => page.reload().then(() => Promise.reject(error))),
        { timeout: 150_000 },
      );
      await page.locator('.loading').waitFor({ ...WAIT, state: 'detached' });
      await expectNoViolations(page);
    }
    // They take more frames than this has seen; but they are looked for.
    const answer = await fetch(new URL('api/near-misses', program.url));
    const { nearMisses } = (await answer.json()) as { nearMisses: unknown[] };
    expect(nearMisses).toContainEqual(
      expect.objectContaining({ cameraId: 'yard', ruleId: 'fire', state: 'fixed' }),
    );
    // Of every minute that is over there is a picture.
    await vi.waitFor(() => {
      using memory = openVectorsReadOnly(join(program.folder, 'data'));
      expect(memory.prepare('SELECT 1 FROM pictures').get()).toBeDefined();
    }, WAIT);
    await page.goto(`${program.url}#/live`);
    await program.kill();
    await page.getByText('what you see is old', { exact: false }).waitFor(WAIT);
    await program.start();
    await page.locator('.pill.live').waitFor(WAIT);
    // What began while nobody was connected, too.
    await vi.waitFor(() => expect(program.lines.length).toBeGreaterThan(0), WAIT);
    const { id } = program.lines[0];
    await page.locator(`.event a[href="#/events/${id}"]`).waitFor(WAIT);
    const own = complaints.filter((text) => !/net::ERR_|WebSocket connection/.test(text));
    expect(own).toEqual([]);
  });
});
