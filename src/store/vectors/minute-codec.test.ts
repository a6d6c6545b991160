import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codesOf, decodeMinute, encodeMinute, type StoredMinute } from './minute-codec.js';

const time = fc.double({ min: 0, max: 4e12, noNaN: true });
const light = fc.float({ min: 0, max: 1, noNaN: true });

const minute: fc.Arbitrary<StoredMinute> = fc
  .record({
    dimension: fc.integer({ min: 1, max: 20 }),
    tiles: fc.integer({ min: 1, max: 20 }),
    known: fc.boolean(),
  })
  .chain(({ dimension, tiles, known }) => {
    const chosen = fc.uniqueArray(fc.nat(tiles - 1)).map((indexes) => indexes.sort((a, b) => a - b));
    const frame = fc.record({
      ...{ atMs: time, ptsMs: time, light: fc.record({ saturation: light, brightness: light }) },
      ...{ scored: fc.boolean(), unseen: fc.boolean(), blindSinceMs: fc.option(time), fresh: chosen },
    });
    return fc
      .record({
        ...{ carried: chosen, frames: fc.array(frame, { maxLength: 12 }) },
        chain: fc.record({ run: fc.nat(2 ** 32 - 1), place: fc.nat() }),
      })
      .chain((rest) => {
        const vectors = rest.frames.reduce((sum, { fresh }) => sum + fresh.length, rest.carried.length);
        const length = vectors * dimension;
        return fc.record({
          ...{ dimension: fc.constant(dimension), tiles: fc.constant(tiles) },
          ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, fc.constant(value)])),
          codes: fc.int8Array({ minLength: length, maxLength: length }),
          commonness: fc.float32Array({
            ...{ minLength: known ? vectors : 0, maxLength: known ? vectors : 0, noNaN: true },
          }),
        }) as unknown as fc.Arbitrary<StoredMinute>;
      });
  });

describe('a minute of vectors', () => {
  it('comes back as it was, and its codes also without the rest', () => {
    fc.assert(
      fc.property(minute, (given) => {
        const bytes = encodeMinute(given);
        expect(decodeMinute(bytes)).toEqual(given);
        const { codes, commonness } = given;
        expect(codesOf(bytes)).toMatchObject({ codes, commonness });
      }),
    );
  });

  it('that is cut short, damaged or of a later version is refused, never read as something else', () => {
    fc.assert(
      fc.property(minute, fc.nat(), (given, cut) => {
        const bytes = encodeMinute(given);
        const cause = expect.objectContaining({ code: 'vectors-unreadable' });
        expect(() => decodeMinute(bytes.subarray(0, cut % bytes.length))).toThrow(cause);
        expect(() => decodeMinute(Uint8Array.from(bytes, (byte, i) => (i === 1 ? 9 : byte)))).toThrow(cause);
      }),
    );
  });

  it('of eleven tiles, a fifth of which change, takes at most 560 bytes a vector of 512 numbers', () => {
    const frames = Array.from({ length: 60 }, (_, second) => ({
      ...{ atMs: 1_764_000_000_123 + second * 1000 + (second % 7), ptsMs: second * 1000 },
      light: { saturation: Math.fround(0.3 + Math.sin(second) / 99), brightness: Math.fround(0.5) },
      ...{ scored: true, unseen: false, blindSinceMs: null, fresh: second % 5 === 0 ? [1, 3, 4] : [7, 9] },
    }));
    const vectors = frames.reduce((sum, { fresh }) => sum + fresh.length, 0);
    const bytes = encodeMinute({
      ...{ dimension: 512, tiles: 11, chain: { run: 1, place: 2 }, frames, carried: [] },
      ...{ codes: new Int8Array(vectors * 512), commonness: new Float32Array(vectors) },
    });
    expect(bytes.length / vectors).toBeLessThan(540);
  });
});
