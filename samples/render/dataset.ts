import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { CONCEPTS, type Concept, LIGHTS, type Rect, SCENES, VIEWS, WEATHERS } from './concepts.js';
import { Random } from './random.js';
import { randomScene } from './random-scene.js';
import { COLOUR_CONCEPTS, overlap, type Picture, renderScene, type Scene, type Shown } from './scene.js';
import { THINGS, type ThingName } from './things.js';

/** Side of the crops: the starter model's input. */
const SIDE = 128;
/** A thing that covers less than a square of this side in a crop, in pixels, is neither a yes nor a no. */
const LEAST_PX = 8;

interface Crop {
  view: (typeof VIEWS)[number];
  rect: Rect;
}

interface Row {
  pixels: Uint8Array;
  labels: Int8Array;
  attributes: Int16Array;
}

/** Renders scenes and writes crops with their truth, as `models/starter/training` reads them. */
async function writeDataset({
  out,
  scenes,
  firstSeed,
  small,
}: {
  out: string;
  scenes: number;
  firstSeed: number;
  small: boolean;
}): Promise<void> {
  mkdirSync(out, { recursive: true });
  const files = {
    pixels: createWriteStream(join(out, 'images.u8')),
    labels: createWriteStream(join(out, 'labels.i8')),
    attributes: createWriteStream(join(out, 'attrs.i16')),
  };
  let count = 0;
  for (let i = 0; i < scenes; i++) {
    const rows = small ? await smallObjectRows(firstSeed + i) : await trainingRows(firstSeed + i);
    for (const { pixels, labels, attributes } of rows) {
      const drained = files.pixels.write(pixels);
      files.labels.write(new Uint8Array(labels.buffer));
      files.attributes.write(new Uint8Array(attributes.buffer));
      if (!drained) await once(files.pixels, 'drain');
    }
    count += rows.length;
    if (i % 200 === 199) process.stderr.write(`${out}: ${i + 1} of ${scenes} scenes\n`);
  }
  await Promise.all(
    Object.values(files).map((file) => new Promise<void>((resolve) => file.end(() => resolve()))),
  );
  writeFileSync(
    join(out, 'meta.json'),
    JSON.stringify({
      inputSizePx: SIDE,
      count,
      concepts: CONCEPTS,
      scenes: SCENES,
      lights: LIGHTS,
      weathers: WEATHERS,
      views: VIEWS,
    }),
  );
}

async function trainingRows(seed: number): Promise<Row[]> {
  const scene = randomScene({ seed });
  const r = new Random(seed ^ 0x5bd1e995);
  const { shown, ...picture } = await renderScene(scene, r.between(0, 20));
  const seen = await throughCamera(picture, r);
  const { widthPx: w, heightPx: h } = scene;
  const short = Math.min(w, h);
  const crops: Crop[] = [{ view: 'whole', rect: { x: 0, y: 0, w, h } }];
  for (let i = 0; i < 2; i++) crops.push({ view: 'mid', rect: squareAt(r, { w, h, side: short }) });
  for (let i = 0; i < 3; i++) {
    const side = short * r.between(0.4, 0.7);
    const aim = shown.length > 0 && r.chance(0.5) ? r.pick(shown).rect : null;
    crops.push({ view: 'fine', rect: squareAt(r, { w, h, side, aim }) });
  }
  return Promise.all(crops.map((crop) => cropRow(scene, seen, shown, crop, r.fork())));
}

/** A square inside the picture; with `aim`, one that holds the middle of that. */
function squareAt(
  r: Random,
  { w, h, side, aim }: { w: number; h: number; side: number; aim?: Rect | null },
): Rect {
  const within = (value: number, most: number) => Math.min(Math.max(0, value), Math.max(0, most));
  const x = aim ? aim.x + aim.w / 2 - side * r.between(0.2, 0.8) : r.between(0, w - side);
  const y = aim ? aim.y + aim.h / 2 - side * r.between(0.2, 0.8) : r.between(0, h - side);
  return { x: within(x, w - side), y: within(y, h - side), w: side, h: side };
}

const SMALL_TARGETS: readonly ThingName[] = [
  'fire',
  'walker',
  'lying',
  'dog',
  'cat',
  'car',
  'truck',
  'bicycle',
  'parcel',
  'smoke',
];

/** One scene with one small thing or none, as whole frame and as the 11 tiles of `auto`; all rows carry the scene's truth. */
async function smallObjectRows(seed: number): Promise<Row[]> {
  const r = new Random(seed ^ 0x2545f491);
  const only = r.chance(0.5) ? { thing: r.pick(SMALL_TARGETS), maxWidth: 0.04 } : null;
  const scene = randomScene({ seed, size: { widthPx: 1920, heightPx: 1080 }, only });
  const { shown, ...picture } = await renderScene(scene, 1);
  const seen = await throughCamera(picture, r);
  const fine = 600;
  const tiles: Crop[] = [
    { view: 'whole', rect: { x: 0, y: 0, w: 1920, h: 1080 } },
    ...[0, 840].map((x): Crop => ({ view: 'mid', rect: { x, y: 0, w: 1080, h: 1080 } })),
    ...[0, 480].flatMap((y) =>
      [0, 440, 880, 1320].map((x): Crop => ({ view: 'fine', rect: { x, y, w: fine, h: fine } })),
    ),
  ];
  // Twelve rows a scene: the whole frame leads, then the tiles, the whole frame among them.
  const rows = await Promise.all(
    [tiles[0]!, ...tiles].map((crop) => cropRow(scene, seen, shown, crop, r.fork())),
  );
  const concepts = only ? THINGS[only.thing](new Random(0)).concepts : [];
  const width = only ? Math.round((shown[shown.length - 1]!.rect.w / 1920) * 1000) : -1;
  const labels = Int8Array.from(CONCEPTS, (concept) =>
    concepts.includes(concept) ? 1 : shown.some((thing) => thing.concepts.includes(concept)) ? -1 : 0,
  );
  for (const row of rows) {
    row.labels.set(labels);
    row.attributes[5] = width;
  }
  return rows;
}

/** What a camera does to a picture: white balance and exposure, a soft lens, sensor noise, compression. */
async function throughCamera({ data, widthPx, heightPx }: Picture, r: Random): Promise<Picture> {
  const gains = [r.between(0.9, 1.1), r.between(0.93, 1.07), r.between(0.9, 1.1)].map(
    (gain) => gain * r.between(0.85, 1.15),
  );
  const noise = r.chance(0.7) ? r.between(1, 9) : 0;
  for (let i = 0; i < data.length; i += 3) {
    for (let c = 0; c < 3; c++) {
      // The sum of three uniforms is near enough to a bell.
      const grain = noise === 0 ? 0 : noise * (r.next() + r.next() - 1) * 1.4;
      const value = data[i + c]! * gains[c]! + grain;
      data[i + c] = Math.max(0, Math.min(255, value));
    }
  }
  let image = sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } });
  if (r.chance(0.4)) image = image.blur(r.between(0.4, 1.3));
  const jpeg = await image.jpeg({ quality: r.whole(35, 92) }).toBuffer();
  return { data: await sharp(jpeg).removeAlpha().raw().toBuffer(), widthPx, heightPx };
}

async function cropRow(
  scene: Scene,
  { data, widthPx, heightPx }: Picture,
  shown: readonly Shown[],
  { view, rect }: Crop,
  r: Random,
): Promise<Row> {
  const left = Math.round(rect.x);
  const top = Math.round(rect.y);
  const region = {
    left,
    top,
    width: Math.min(widthPx - left, Math.round(rect.w)),
    height: Math.min(heightPx - top, Math.round(rect.h)),
  };
  const pixels = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .extract(region)
    .resize(SIDE, SIDE, { fit: 'fill', kernel: r.pick(['cubic', 'linear', 'mitchell'] as const) })
    .raw()
    .toBuffer();
  const { labels, smallest } = label(scene, shown, rect);
  const attributes = Int16Array.of(
    SCENES.indexOf(scene.kind),
    LIGHTS.indexOf(scene.light),
    WEATHERS.indexOf(scene.weather),
    VIEWS.indexOf(view),
    scene.seed % 32768,
    smallest === null ? -1 : Math.round((smallest / scene.widthPx) * 1000),
  );
  return { pixels, labels, attributes };
}

function label(
  scene: Scene,
  shown: readonly Shown[],
  crop: Rect,
): { labels: Int8Array; smallest: number | null } {
  const state = new Map<Concept, number>();
  let smallest: number | null = null;
  for (const { concepts, rect, hidden } of shown) {
    const inside = overlap(rect, crop) / (rect.w * rect.h);
    if (inside < 0.1 && !concepts.includes('sunset')) continue;
    const sizePx = SIDE * Math.sqrt((rect.w / crop.w) * (rect.h / crop.h));
    // A sky is seen when a good part of the crop is sky, however small a part of the sky that is.
    const clear = concepts.includes('sunset')
      ? overlap(rect, crop) > 0.12 * crop.w * crop.h
      : inside >= 0.6 && sizePx >= LEAST_PX && !hidden;
    for (const concept of concepts) state.set(concept, Math.max(state.get(concept) ?? -1, clear ? 1 : -1));
    if (clear) smallest = Math.min(smallest ?? Number.POSITIVE_INFINITY, rect.w);
  }
  const blind = scene.light === 'infrared';
  return {
    labels: Int8Array.from(CONCEPTS, (concept) =>
      blind && COLOUR_CONCEPTS.includes(concept) ? -1 : (state.get(concept) ?? 0),
    ),
    smallest,
  };
}

const { values: args } = parseArgs({
  options: {
    out: { type: 'string' },
    scenes: { type: 'string' },
    'first-seed': { type: 'string' },
    small: { type: 'boolean', default: false },
  },
});
if (!args.out || !args.scenes || !args['first-seed']) {
  throw new Error('usage: dataset.ts --out FOLDER --scenes N --first-seed S [--small]');
}
await writeDataset({
  out: args.out,
  scenes: Number(args.scenes),
  firstSeed: Number(args['first-seed']),
  small: args.small,
});
