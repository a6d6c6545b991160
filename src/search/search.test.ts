import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../rules/calibration/random.js';
import { dot } from '../rules/vectors.js';
import { codeImage, codePhrase, decodeImage } from '../shared/dots/codes.js';
import { encodeMinute } from '../store/vectors/minute-codec.js';
import { Commonness } from './commonness.js';
import { findMoments, type ScoredFrame } from './moments.js';
import { nthLowest } from './nth-lowest.js';
import { LEAST_STRENGTH, ordinaryOf, surpriseOf } from './ordinary.js';
import { codeQuery } from './query-score.js';
import { RowScanner } from './row-scanner.js';

const DIMENSION = 40;
const random = seededRandom(7);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const unit = () => {
  const vector = Float32Array.from({ length: DIMENSION }, normal);
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
};
const captions = Array.from({ length: 300 }, unit);
const phrases = new Int16Array(captions.length * DIMENSION);
for (const [i, caption] of captions.entries()) phrases.set(codePhrase(caption), i * DIMENSION);
const meter = new Commonness({ phrases, dimension: DIMENSION });

/** As the formula says it. */
const commonnessOf = (vector: Float32Array) => {
  const cosines = captions.map((caption) => dot(vector, caption)).sort((a, b) => b - a);
  return cosines.slice(0, 128).reduce((sum, cosine) => sum + cosine, 0) / 128;
};

describe('commonness', () => {
  it('is the mean of the 128 largest cosines with the captions', () => {
    const codes = Array.from({ length: 150 }, () => codeImage(unit()));
    const all = new Int8Array(codes.length * DIMENSION);
    for (const [i, code] of codes.entries()) all.set(code, i * DIMENSION);
    const found = meter.of(all);
    expect(found.length).toBe(150);
    for (const [i, code] of codes.entries()) expect(found[i]).toBeCloseTo(commonnessOf(decodeImage(code)), 4);
    expect([...meter.of(new Int8Array(DIMENSION))]).toEqual([0]);
  });
});

describe('a scan of rows', () => {
  const rows = Array.from({ length: 30 }, (_, i) =>
    Array.from({ length: 1 + (i % 5) }, () => codeImage(unit())),
  );
  const bodyOf = (row: Int8Array[]) => {
    const frame = { atMs: 0, ptsMs: 0, light: { saturation: 0, brightness: 0 }, scored: true, unseen: false };
    const codes = new Int8Array(row.length * DIMENSION);
    for (const [i, code] of row.entries()) codes.set(code, i * DIMENSION);
    const minute = { dimension: DIMENSION, tiles: 1, chain: { run: 1, place: 0 }, carried: [], codes };
    const frames = row.map(() => ({ ...frame, blindSinceMs: null, fresh: [0] }));
    return encodeMinute({ ...minute, frames, commonness: meter.of(codes) });
  };
  const bodies: (Uint8Array | null)[] = [...rows.map(bodyOf), null, new Uint8Array(3)];
  let reads = 0;
  const store = {
    body: (id: number) => {
      reads++;
      return bodies[id] ? Uint8Array.from(bodies[id]) : null;
    },
  };
  const query = { wanted: unit(), unwanted: [unit(), unit()] };
  const scoreOf = (code: Int8Array) => {
    const vector = decodeImage(code);
    const unwanted = Math.max(...query.unwanted.map((phrase) => dot(vector, phrase)));
    return dot(vector, query.wanted) - 0.75 * commonnessOf(vector) - 0.5 * unwanted;
  };
  // Whether commonness is stored or must be measured makes no difference.
  const asked = { ids: Float64Array.from(bodies.keys()), measured: Uint8Array.from(bodies, (_, i) => i % 2) };

  it.each([
    ['in memory', 1e8, 0],
    ['partly on disk, where there is not enough memory', 50 * DIMENSION, 1],
  ])('finds what a plain scan finds: %s', (_name, budgetBytes, leastReads) => {
    const scanner = new RowScanner({ store, dimension: DIMENSION, commonness: meter, budgetBytes });
    for (let round = 0; round < 2; round++) {
      reads = 0;
      const best = [...scanner.scan(asked, codeQuery(query))];
      for (const [i, row] of rows.entries()) expect(best[i]).toBeCloseTo(Math.max(...row.map(scoreOf)), 3);
      // Deleted, and damaged.
      expect(best.slice(rows.length)).toEqual([Number.NaN, Number.NaN]);
    }
    expect(scanner.heldBytes).toBeLessThanOrEqual(budgetBytes);
    expect(reads).toBeGreaterThanOrEqual(leastReads);
    // What is in memory is not read again.
    expect(reads).toBeLessThan(leastReads === 0 ? 1 : rows.length);
  });
});

describe('moments', () => {
  const MINUTE_MS = 60_000;
  /** A frame every ten seconds, a row a minute: of both cameras in turn. */
  const cameraIds = ['yard', 'door'];
  const rowsOf = (scores: readonly number[][]) => {
    const length = (cameraIds.length * scores[0]!.length) / 6;
    const frames = Array.from({ length }, (_, place) => {
      const [camera, minute] = [place % cameraIds.length, Math.floor(place / cameraIds.length)];
      const own = scores[camera]!.slice(minute * 6, minute * 6 + 6);
      return own.map((score, i): ScoredFrame => {
        return { atMs: minute * MINUTE_MS + i * 10_000, ptsMs: 0, tile: i, score };
      });
    });
    const rows = {
      ...{ cameraIds, cameras: Uint32Array.from(frames, (_, place) => place % cameraIds.length) },
      fromMs: Float64Array.from(frames, (own) => own[0]!.atMs),
      toMs: Float64Array.from(frames, (own) => own.at(-1)!.atMs),
      best: Float32Array.from(frames, (own) => Math.max(...own.map(({ score }) => score))),
      ...{ streamIds: new Float64Array(length).fill(1), isGuess: new Uint8Array(length) },
    };
    return { rows, framesOf: (place: number) => frames[place]! };
  };

  it('are made of neighbouring frames, across rows, and end where the score is back half-way', () => {
    const yard = Array.from({ length: 60 }, () => 0);
    // From 4:50 to 6:20, with a weak minute in between; again at 8:00, and once more twenty seconds later.
    for (const [at, score] of [
      [29, 0.8],
      [30, 1],
      [35, 0.6],
      [38, 0.55],
      [39, 0.2],
      [48, 0.7],
      [50, 0.65],
    ] as const)
      yard[at] = score;
    const door = Array.from({ length: 60 }, (_, i) => (i === 31 ? 0.9 : 0));
    const { rows, framesOf } = rowsOf([yard, door]);
    const found = findMoments(rows, { framesOf, limit: 3, ordinary: 0 });
    expect(
      found.map(({ cameraId, atMs, fromMs, toMs, score }) => [cameraId, atMs, fromMs, toMs, score]),
    ).toEqual([
      ['yard', 300_000, 290_000, 380_000, 1],
      ['door', 310_000, 310_000, 310_000, 0.9],
      ['yard', 480_000, 480_000, 500_000, 0.7],
    ]);
    expect(findMoments(rows, { framesOf: () => [], limit: 3, ordinary: 0 })).toEqual([]);
  });
});

describe('the n-th lowest', () => {
  it('is what sorting tells, whatever is the same', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.nat(), (some, any) => {
        const place = any % some.length;
        expect(nthLowest(Float32Array.from(some), place)).toBe(some.sort((a, b) => a - b)[place]);
      }),
    );
  });
});

describe('what is ordinary', () => {
  const camera = (cameraId: string, { usual, spread }: { usual: number; spread: number }, count = 400) =>
    Array.from({ length: count }, () => ({ cameraId, best: usual + spread * normal() }));
  const told = (moments: { cameraId: string; best: number }[]) => {
    const cameraIds = ['never seen', ...new Set(moments.map(({ cameraId }) => cameraId))];
    return ordinaryOf({
      ...{ cameraIds, best: Float32Array.from(moments, ({ best }) => best) },
      cameras: Uint32Array.from(moments, ({ cameraId }) => cameraIds.indexOf(cameraId)),
    });
  };

  it('is told of each camera, so that one which always looks like the query does not hide the others', () => {
    const moments = [
      ...camera('sunset', { usual: 0.3, spread: 0.01 }),
      ...camera('yard', { usual: 0.1, spread: 0.01 }),
      { cameraId: 'yard', best: 0.2 },
      { cameraId: 'yard', best: Number.NaN },
    ];
    const ordinary = told(moments)!;
    expect(ordinary.moments).toBe(801);
    expect([...ordinary.cameras.keys()]).toEqual(['sunset', 'yard']);
    const strengthOf = (cameraId: string, best: number) =>
      surpriseOf(ordinary, { cameraId, best }) / ordinary.highest;
    expect(strengthOf('yard', 0.2)).toBeGreaterThan(LEAST_STRENGTH);
    expect(strengthOf('sunset', 0.32)).toBeLessThan(LEAST_STRENGTH);
  });

  it('hardly ever lets the highest of nothing but ordinary moments stand out', () => {
    let raised = 0;
    for (let round = 0; round < 100; round++) {
      const moments = camera('yard', { usual: 0, spread: 1 + random() }, 60 + round * 20);
      const ordinary = told(moments)!;
      const highest = Math.max(...moments.map(({ best }) => best));
      const strength = surpriseOf(ordinary, { cameraId: 'yard', best: highest }) / ordinary.highest;
      if (strength >= LEAST_STRENGTH) raised++;
    }
    expect(raised).toBeLessThanOrEqual(10);
  });

  it('is not known from a few', () => {
    expect(told(camera('yard', { usual: 0, spread: 1 }, 59))).toBe(null);
  });
});
