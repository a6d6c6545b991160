import { describe, expect, it } from 'vitest';
import { seededRandom } from '../rules/calibration/random.js';
import { codeImage, codePhrase, decodeImage } from '../shared/dots/codes.js';
import { encodeMinute } from '../store/vectors/minute-codec.js';
import { Commonness } from './commonness.js';
import { findDirections } from './directions.js';
import { ordinaryOf } from './ordinary.js';
import { codeQuery } from './query-score.js';
import { scanRoughly } from './rough-scan.js';
import { RowScanner } from './row-scanner.js';
import { SketchScanner } from './sketch-scanner.js';
import { SKETCH_BYTES, SKETCH_DIRECTIONS, Sketcher } from './sketcher.js';

const DIMENSION = 256;
const CAMERAS = 8;
const ROWS = 3000;
const VECTORS = 6;
const LIKELIEST = 150;

const random = seededRandom(3);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** Variance falls as a power of k, as that of pictures does in CLIP models. */
const vary = (falling: number) =>
  Float32Array.from({ length: DIMENSION }, (_, k) => normal() * (1 + k) ** (-falling / 2));
const unit = (vector: Float32Array) => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};
const phrases = Int16Array.from(Array.from({ length: 300 }, () => [...codePhrase(unit(vary(0.5)))]).flat());
const meter = new Commonness({ phrases, dimension: DIMENSION });
/** Each camera sees a few things over and over, and something varies in them. */
const scenes = Array.from({ length: CAMERAS * 4 }, () => vary(1));
const rows = Array.from({ length: ROWS }, (_, i) => {
  const codes = new Int8Array(VECTORS * DIMENSION);
  for (let v = 0; v < VECTORS; v++) {
    const [scene, change] = [scenes[(i % CAMERAS) * 4 + Math.floor(random() * 4)]!, vary(1)];
    codes.set(codeImage(change.map((value, k) => value + scene[k]!)), v * DIMENSION);
  }
  return codes;
});
const light = { saturation: 0, brightness: 0 };
const frame = { atMs: 0, ptsMs: 0, light, scored: true, unseen: false, blindSinceMs: null, fresh: [0] };
const bodies = rows.map((codes) =>
  encodeMinute({
    ...{ dimension: DIMENSION, tiles: 1, chain: { run: 1, place: 0 }, carried: [], codes },
    ...{ frames: Array.from({ length: VECTORS }, () => frame), commonness: meter.of(codes) },
  }),
);
const rowsOf = (ids: readonly number[]) => ({
  ids: Float64Array.from(ids),
  measured: new Uint8Array(ids.length).fill(1),
  cameras: Uint32Array.from(ids, (id) => id % CAMERAS),
  cameraIds: Array.from({ length: CAMERAS }, (_, camera) => `camera-${camera}`),
});
const all = rowsOf([...rows.keys()]);

/** What threads do, without threads. */
function world(budgetBytes: number) {
  const store = { body: (id: number) => (bodies[id] ? Uint8Array.from(bodies[id]) : null) };
  const settings = { store, dimension: DIMENSION, commonness: meter };
  const scanner = new RowScanner({ ...settings, budgetBytes: 0 });
  const sample = Float32Array.from(
    rows.slice(0, 400).flatMap((codes) => {
      return [0, 1, 2].flatMap((v) => [...decodeImage(codes.subarray(v * DIMENSION, (v + 1) * DIMENSION))]);
    }),
  );
  const settingsOf = { dimension: DIMENSION, captions: phrases, count: SKETCH_DIRECTIONS };
  const sketcher = new Sketcher(findDirections({ ...settingsOf, vectors: sample }));
  const sketches = new SketchScanner({ sketcher, reader: scanner, budgetBytes });
  let compared = 0;
  const threads: Parameters<typeof scanRoughly>[1]['threads'] = {
    scan: async (some, query) => {
      compared += some.ids.length;
      return scanner.scan(some, query);
    },
    guess: async (some, query) => sketches.scan(some, query),
  };
  return { threads, comparedOf: () => compared };
}

const query = () => codeQuery({ wanted: unit(vary(0.5)), unwanted: [unit(vary(0.5)), unit(vary(0.5))] });
const QUERIES = 20;

describe('a rough scan', () => {
  it('finds 95 % of the ten best rows of an exact one, with the same scores, and knows what is ordinary', async () => {
    const { threads, comparedOf } = world(1e9);
    let [found, compared] = [0, 0];
    for (let i = 0; i < QUERIES; i++) {
      const asked = query();
      const exact = await threads.scan(all, asked);
      const before = comparedOf();
      const { best, typical } = await scanRoughly(all, { query: asked, threads, likeliest: LIKELIEST });
      compared = Math.max(compared, comparedOf() - before);
      const ten = [...rows.keys()].sort((a, b) => exact[b]! - exact[a]!).slice(0, 10);
      found += ten.filter((row) => best[row] === exact[row]).length;
      const ordinary = (scores: Float32Array) => ordinaryOf({ ...all, best: scores })!;
      const [one, other] = [ordinary(exact), ordinary(typical)];
      for (const [id, { median, spread }] of one.cameras) {
        const own = other.cameras.get(id)!;
        expect(Math.abs(own.median - median) / spread).toBeLessThan(0.5);
        expect(own.spread / spread).toBeGreaterThan(0.7);
        expect(own.spread / spread).toBeLessThan(1.4);
      }
    }
    expect(compared).toBeLessThanOrEqual(LIKELIEST + 256);
    expect(found / (10 * QUERIES)).toBeGreaterThanOrEqual(0.95);
  });

  it('compares exactly what there is no memory for, and leaves out what is gone', async () => {
    const held = 1000;
    const { threads } = world(held * VECTORS * SKETCH_BYTES);
    const asked = query();
    const exact = await threads.scan(all, asked);
    const { best } = await scanRoughly(rowsOf([...rows.keys(), ROWS]), {
      query: asked,
      threads,
      likeliest: 10,
    });
    expect(best.at(-1)).toBeNaN();
    expect(best.slice(held, -1)).toEqual(exact.slice(held));
  });
});
