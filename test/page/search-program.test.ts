import sharp from 'sharp';
import { expect, it, vi } from 'vitest';
import { openPages } from '../fixtures/page.js';
import { SampleProgram } from '../fixtures/sample-program.js';

const WAIT = { timeout: 90_000, interval: 200 };
const HOUR_MS = 3_600_000;
const { visit } = openPages();

it('finds a truck of yesterday by words, shows its very frame, and finds it again by that and by its tile', async () => {
  await using program = await SampleProgram.create({ cameras: ['yard', 'car-park'] });
  const startMs = Date.now() - 20 * HOUR_MS;
  await program.remember('car-park', startMs);
  await program.start();
  // What the program itself sees meanwhile is not asked for.
  const to = new Date(Date.now() - HOUR_MS - new Date().getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 16);
  const { page, complaints } = await visit(`${program.url}#/search?q=a+truck&when=between&to=${to}`);
  const first = page.locator('.hit-card').first();
  const isTruck = async () => {
    await first.waitFor(WAIT);
    expect(await first.locator('strong').textContent()).toContain('Car park');
    await vi.waitFor(async () => {
      expect(await first.locator('img').evaluate((image) => image.naturalWidth)).toBeGreaterThan(300);
    }, WAIT);
  };
  await isTruck();
  const src = (await first.locator('img').getAttribute('src'))!;
  expect(src).toMatch(/^\/api\/search\/still\?camera=car-park&at=/);
  const still = Buffer.from(await (await fetch(new URL(src, program.url))).arrayBuffer());
  expect((await sharp(still).metadata()).format).toBe('jpeg');

  const picture = { name: 'truck.jpg', mimeType: 'image/jpeg', buffer: still };
  await page.locator('input[type=file]').setInputFiles(picture);
  await page.getByLabel('Words').fill('');
  await page.keyboard.press('Enter');
  await vi.waitFor(() => expect(page.url()).not.toContain('q='), WAIT);
  await isTruck();
  await first.click();
  await page.getByRole('link', { name: 'More like this tile' }).click();
  await page.getByText(/^like Car park, /).waitFor(WAIT);
  await isTruck();
  expect(complaints).toEqual([]);
}, 300_000);
