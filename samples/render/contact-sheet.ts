import sharp from 'sharp';
import { randomScene } from './random-scene.js';
import { renderScene } from './scene.js';

/** `contact-sheet.ts FILE.png [FIRST_SEED]`: thirty random scenes on one sheet, to look at. */
const [file, firstSeed = '1'] = process.argv.slice(2);
const tiles = await Promise.all(
  Array.from({ length: 30 }, async (_, i) => {
    const { data, widthPx, heightPx } = await renderScene(randomScene({ seed: Number(firstSeed) + i }), 3);
    const input = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .resize(400, 225, { fit: 'contain' })
      .png()
      .toBuffer();
    return { input, left: (i % 5) * 400, top: Math.floor(i / 5) * 225 };
  }),
);
await sharp({ create: { width: 2000, height: 1350, channels: 3, background: '#222' } })
  .composite(tiles)
  .png()
  .toFile(file!);
