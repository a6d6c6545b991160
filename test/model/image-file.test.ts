import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageFile, readSentImage } from '../../src/model/index.js';
import type { ImagePreparation } from '../../src/model/preparation.js';
import { CLIP_TINY } from '../fixtures/clip-tiny.js';

const image: ImagePreparation = {
  inputSizePx: 8,
  fit: { kind: 'squash' },
  filter: 'bicubic',
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-pictures-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A PNG that claims to be of this size, whatever it holds. */
function pngThatClaims(widthPx: number, heightPx: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(10))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('readImageFile', () => {
  it('brings 16-bit grey to 8-bit colour', async () => {
    const levels = Uint16Array.from({ length: 64 }, (_, i) => i * 1000);
    await sharp(levels, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(at('grey16.png'));
    const pixels = await readImageFile(at('grey16.png'), { image });
    for (const [i, level] of levels.entries()) {
      const [red, green, blue] = pixels.subarray(i * 3, i * 3 + 3);
      expect([green, blue]).toEqual([red, red]);
      expect(Math.abs(red! - level / 257)).toBeLessThan(1.5);
    }
  });

  it('reads CMYK', async () => {
    const plain = sharp({ create: { width: 9, height: 9, channels: 3, background: '#ff0000' } });
    await plain.toColourspace('cmyk').jpeg().toFile(at('cmyk.jpg'));
    const [red, green, blue] = await readImageFile(at('cmyk.jpg'), { image });
    expect(red).toBeGreaterThan(180);
    expect(Math.max(green!, blue!)).toBeLessThan(90);
  });

  it('puts black around a picture that is smaller than the crop', async () => {
    const white = sharp({ create: { width: 40, height: 20, channels: 3, background: '#ffffff' } });
    await white.png().toFile(at('white.png'));
    const crop = { ...image, fit: { kind: 'crop', shortestEdgePx: 4 } } as const;
    const pixels = await readImageFile(at('white.png'), { image: crop });
    const rows = Array.from({ length: 8 }, (_, y) => pixels[y * 8 * 3]);
    expect(rows).toEqual([0, 0, 255, 255, 255, 255, 0, 0]);
  });

  it('refuses a small file that claims to be huge, without decoding it', async () => {
    writeFileSync(at('bomb.png'), pngThatClaims(60_000, 60_000));
    await expect(readImageFile(at('bomb.png'), { image })).rejects.toMatchObject({
      code: 'image-too-large',
      userInput: true,
      message: expect.stringContaining('bomb.png'),
    });
  });

  it('says which file it cannot read, and why', async () => {
    const whole = readFileSync(join(CLIP_TINY, 'pictures/landscape.jpg'));
    writeFileSync(at('cut.jpg'), whole.subarray(0, whole.length / 2));
    writeFileSync(at('empty.png'), '');
    for (const [name, code] of [
      ['cut.jpg', 'image-unreadable'],
      ['empty.png', 'image-unreadable'],
      ['nowhere.png', 'image-missing'],
      ['.', 'image-missing'],
    ] as const) {
      await expect(readImageFile(at(name), { image }), name).rejects.toMatchObject({ code, userInput: true });
    }
  });
});

describe('readSentImage', () => {
  it('reads JPEG, PNG and WebP as files are read, and shows no other decoder what was sent', async () => {
    const file = join(CLIP_TINY, 'pictures/landscape.jpg');
    const png = await sharp(file).png().toBuffer();
    writeFileSync(at('landscape.png'), png);
    const expected = await readImageFile(at('landscape.png'), { image });
    expect(await readSentImage(png, { image })).toEqual(expected);
    const webp = await sharp(file).webp({ lossless: true }).toBuffer();
    expect(await readSentImage(webp, { image })).toEqual(expected);
    expect(await readSentImage(readFileSync(file), { image })).toEqual(await readImageFile(file, { image }));
    for (const other of [
      await sharp(file).gif().toBuffer(),
      await sharp(file).tiff().toBuffer(),
      Buffer.alloc(0),
    ])
      await expect(readSentImage(other, { image })).rejects.toMatchObject({
        ...{ code: 'image-unreadable', userInput: true, message: 'the picture is no JPEG, PNG or WebP' },
      });
    await expect(readSentImage(pngThatClaims(8_000, 8_000), { image })).rejects.toMatchObject({
      code: 'image-too-large',
    });
  });
});
