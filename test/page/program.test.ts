import { describe, expect, it, vi } from 'vitest';
import { openPages } from '../fixtures/page.js';
import { SampleProgram } from '../fixtures/sample-program.js';

// The program itself on the sample videos, and somebody who looks at its page.

const WAIT = { timeout: 90_000, interval: 200 };
const { visit } = openPages();

describe('the page of the program', () => {
  it('shows what happens, says when the program is gone, and misses nothing when it is back', async () => {
    await using program = await SampleProgram.create({ cameras: ['yard', 'car-park'] });
    await program.start();
    const { page, complaints } = await visit(program.url);
    await page.getByRole('img', { name: /^Newest picture of Yard/ }).waitFor(WAIT);
    await page.locator('.event', { hasText: 'Fire' }).first().waitFor(WAIT);
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
