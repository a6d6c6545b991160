import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { SearchInfo } from '../../src/server/api/search-schemas.js';
import { expectNoViolations, openPages } from '../fixtures/page.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const { serve, visit } = openPages();

let jpeg: Buffer;
beforeAll(async () => {
  const green = { width: 640, height: 360, channels: 3 as const, background: '#3a7' };
  jpeg = await sharp({ create: green }).jpeg().toBuffer();
});

const PICTURE_ID = randomUUID();
const hit = (given: Partial<SearchInfo['hits'][number]> = {}): SearchInfo['hits'][number] => ({
  ...{ cameraId: 'yard', atMs: 1_700_000_000_000, fromMs: 1_700_000_000_000, toMs: 1_700_000_030_000 },
  ...{
    timed: true,
    score: 0.31,
    surprise: 8.25,
    standsOut: true,
    pictureId: PICTURE_ID,
    recorded: false,
    pictureAtMs: null,
  },
  ...{ tile: { index: 3, box: { x: 0.25, y: 0.5, w: 0.25, h: 0.25 } }, ...given },
});
const FOUND: SearchInfo = {
  hits: [
    hit(),
    hit({ cameraId: 'door', atMs: 1_700_000_100_000, pictureId: null }),
    hit({ atMs: 1_700_000_200_000.5, surprise: 1.5, standsOut: false, pictureId: null, recorded: true }),
  ],
  ...{ standsOut: true, minutes: 1_200, vectors: 70_000, lostMinutes: 1 },
  skipped: [{ modelHash: 'f00dcafe1234', vectors: 900 }],
};
const MINUTE = hit({ cameraId: 'door', pictureId: null, pictureAtMs: 1_700_000_012_000 });

async function open(found: WatchedWorld['found'], hash = '#/search', options = {}) {
  const world = new WatchedWorld();
  world.found = found;
  world.snapshots.set(PICTURE_ID, jpeg);
  world.stills.set('yard 1700000200000.5', jpeg);
  const server = await serve(world);
  const { page, complaints } = await visit(`${server.url}${hash}`, options);
  await page.getByRole('heading', { name: 'Search', exact: true }).waitFor();
  return { world, page, complaints };
}

const cardOf = (page: Page, place: number) => page.locator('.hit-card').nth(place);

describe('search', () => {
  it('shows the picture that is kept of a minute, and when it was taken', async () => {
    const { world, page, complaints } = await open({ ...FOUND, hits: [MINUTE] });
    world.stills.set('door 1700000012000', jpeg);
    await page.getByRole('link', { name: 'something is on fire' }).click();
    await cardOf(page, 0).getByText('taken 12 s after').waitFor();
    const picture = cardOf(page, 0).locator('img');
    await vi.waitFor(async () => {
      expect(await picture.evaluate((image) => image.naturalWidth)).toBe(640);
    }, WAIT);
    await expectNoViolations(page);
    await cardOf(page, 0).click();
    await page.getByRole('dialog').getByText('taken 12 s after').waitFor();
    expect(complaints).toEqual([]);
  });

  it('finds by words, narrows, opens a hit by keyboard, and goes on from it', async () => {
    const { world, page, complaints } = await open(FOUND);
    await expectNoViolations(page);
    // What the rules watch for is offered first.
    await page.getByRole('link', { name: 'something is on fire' }).click();
    await page.getByText('2 moments stand out from what these cameras ordinarily show').waitFor();
    await page.getByText('70,000 tiles of 1,200 camera minutes compared', { exact: false }).waitFor();
    await page.getByText('900 tiles were seen by another model (f00dcafe…)', { exact: false }).waitFor();
    await page.getByText('1 minute was deleted meanwhile', { exact: false }).waitFor();
    expect(world.searched).toEqual([{ words: 'something is on fire', not: [], limit: 60 }]);
    await vi.waitFor(async () => {
      const width = (place: number) =>
        cardOf(page, place)
          .locator('img')
          .evaluate((image) => image.naturalWidth);
      expect([await width(0), await width(2)]).toEqual([640, 640]);
    }, WAIT);
    await expectNoViolations(page);

    await page.getByLabel('But not').fill('a sunset');
    await page.getByLabel('But not').press('Enter');
    await page.getByLabel('Camera').selectOption('door');
    await page.getByLabel('When').selectOption('24h');
    const narrowed = { words: 'something is on fire', not: ['a sunset'], cameras: ['door'] };
    await vi.waitFor(() => expect(world.searched.at(-1)).toMatchObject(narrowed), WAIT);
    await vi.waitFor(
      () => expect(Date.now() - world.searched.at(-1)!.sinceMs!).toBeLessThan(86_500_000),
      WAIT,
    );
    expect(page.url()).toMatch(/#\/search\?q=something\+is\+on\+fire&not=a\+sunset&camera=door&when=24h$/);
    const count = world.searched.length;
    await page.reload();
    await vi.waitFor(() => expect(world.searched.length).toBe(count + 1), WAIT);
    expect(world.searched.at(-1)).toMatchObject(narrowed);

    await cardOf(page, 0).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /^2\. door, / }).waitFor();
    await page.getByText('No picture kept', { exact: true }).last().waitFor();
    await page.keyboard.press('ArrowLeft');
    const dialog = page.getByRole('dialog', { name: /^1\. yard, / });
    await dialog.getByText('8.3 above ordinary · similarity 0.31 · stands out').waitFor();
    await expectNoViolations(page);
    expect(await dialog.getByRole('link', { name: 'Make a rule of this' }).getAttribute('href')).toBe(
      '#/studio?words=something+is+on+fire&camera=yard',
    );
    await dialog.getByRole('link', { name: 'More like this tile' }).click();
    await page.getByText(/^like yard, /).waitFor();
    const like = { cameraId: 'yard', atMs: 1_700_000_000_000, tile: 3 };
    await vi.waitFor(() => expect(world.searched.at(-1)).toMatchObject({ like, not: [] }), WAIT);
    expect(world.searched.at(-1)!.words).toBe(undefined);
    await page.keyboard.press('/');
    await page.keyboard.type('a dog');
    await page.keyboard.press('Enter');
    await vi.waitFor(() => expect(world.searched.at(-1)).toMatchObject({ like, words: 'a dog' }), WAIT);
    await page.goBack();
    await vi.waitFor(() => expect(page.url()).not.toContain('dog'), WAIT);
    // Without words, a rule begins with the part of the picture.
    await page.locator('.hit-card').first().click();
    await page.getByRole('link', { name: 'Make a rule of this' }).click();
    await page.getByText('Begun from a part of a picture of yard', { exact: false }).waitFor();
    expect(page.url()).toMatch(/#\/studio\?tile=yard%2F0\.25%2C0\.5%2C0\.25%2C0\.25$/);
    expect(complaints).toEqual([]);
  });

  it('finds by a picture that is chosen, dropped or pasted, and says what cannot be taken', async () => {
    const { world, page } = await open(FOUND);
    const input = page.locator('input[type=file]');
    await input.setInputFiles({ name: 'truck.jpg', mimeType: 'image/jpeg', buffer: jpeg });
    await page.getByText('picture truck.jpg').waitFor();
    await vi.waitFor(() => expect(world.searched.length).toBe(1), WAIT);
    expect(world.searched[0]).toEqual({ image: jpeg.toString('base64'), not: [], limit: 60 });
    await page.getByRole('button', { name: 'Remove picture truck.jpg' }).click();
    await page.getByText('Search everything that the cameras have shown').waitFor();
    for (const [type, field] of [
      ['drop', 'dataTransfer'],
      ['paste', 'clipboardData'],
    ]) {
      await page.evaluate(`(async () => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(${JSON.stringify([...jpeg])})], '${type}.png', { type: 'image/png' }));
        const event = new Event('${type}', { bubbles: true, cancelable: true });
        Object.defineProperty(event, '${field}', { value: data });
        document.querySelector('.search main').dispatchEvent(event);
      })()`);
      await page.getByText(`picture ${type}.png`).waitFor();
      await page.locator('.hit-card').first().waitFor();
      expect(world.searched.at(-1)!.image).toBe(jpeg.toString('base64'));
    }
    await input.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await page.getByText('notes.txt is no JPEG, PNG or WebP picture.').waitFor();
    const large = { name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(11 * 2 ** 20) };
    await input.setInputFiles(large);
    await page.getByText('large.png is larger than 10 MB', { exact: false }).waitFor();
    const asked = world.searched.length;
    world.found = {
      refused: { code: 'image-unreadable', message: 'the picture: not a picture that can be read' },
    };
    await input.setInputFiles({ name: 'odd.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('odd') });
    await page.getByRole('alert').getByText('not a picture that can be read', { exact: false }).waitFor();
    world.found = FOUND;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.hit-card').first().waitFor();
    expect(world.searched.length).toBe(asked + 2);
  });

  it.each<[string, Partial<SearchInfo>]>([
    ['Nothing stands out', { standsOut: false, hits: [hit({ standsOut: false, surprise: 1 })] }],
    [
      'Too little is remembered to say',
      { standsOut: null, hits: [hit({ standsOut: null, surprise: null })] },
    ],
    ['Nothing is remembered of this camera and time.', { standsOut: null, hits: [] }],
  ])('says: %s', async (text, given) => {
    const { page } = await open({ ...FOUND, ...given }, '#/search?q=a+dog', { colorScheme: 'dark' });
    await page.getByText(text, { exact: false }).first().waitFor();
    await expectNoViolations(page);
  });

  it('fits a phone, and an address with anything in it', async () => {
    const hash = `#/search?q=${'a'.repeat(200)}&when=x&like=<img>/1/2&camera=nowhere&not=%0A%0A`;
    const { page, world, complaints } = await open(FOUND, hash, { widthPx: 320, heightPx: 700 });
    await page.locator('.hit-card').first().waitFor();
    expect(world.searched.at(-1)).toEqual({
      words: 'a'.repeat(200),
      not: [],
      cameras: ['nowhere'],
      limit: 60,
    });
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(320);
    await cardOf(page, 0).click();
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(320);
    expect(complaints).toEqual([]);
  });
});
