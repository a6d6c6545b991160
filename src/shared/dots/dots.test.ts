import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeImage, codeLength, codePhrase, decodeImage } from './codes.js';
import { compileKernel } from './compile-kernel.js';
import { Dots } from './dots.js';
import * as kernel from './kernel.js';

const plain = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('dots', () => {
  it('are exact, whatever the dimension and however many rows and phrases there are', () => {
    const sizes = fc.record({
      dimension: fc.integer({ min: 1, max: 70 }),
      rows: fc.nat(9),
      phrases: fc.nat(9),
    });
    const world = sizes.chain(({ dimension, rows, phrases }) =>
      fc.record({
        dimension: fc.constant(dimension),
        rows: fc.array(fc.int8Array({ minLength: dimension, maxLength: dimension, min: -127, max: 127 }), {
          minLength: rows,
          maxLength: rows,
        }),
        phrases: fc.array(fc.int16Array({ minLength: dimension, maxLength: dimension }), {
          minLength: phrases,
          maxLength: phrases,
        }),
      }),
    );
    fc.assert(
      fc.property(world, ({ dimension, rows, phrases }) => {
        const dots = new Dots({ dimension, rows: rows.length + 1, phrases: phrases.length });
        for (const [i, row] of rows.entries()) dots.setRows(row, i + 1);
        for (const [i, phrase] of phrases.entries()) dots.setPhrases(phrase, i);
        const found = dots.run({ from: 1, count: rows.length, phrases: phrases.length });
        expect([...found]).toEqual(rows.flatMap((row) => phrases.map((phrase) => plain(row, phrase))));
        if (phrases.length === 0) return;
        expect([...dots.squares({ from: 1, count: rows.length })]).toEqual(
          rows.map((row) => plain(row, row)),
        );
      }),
    );
  });

  it('come from the kernel that its source compiles to', async () => {
    const text = await compileKernel();
    expect(text).toContain(kernel.KERNEL_WASM);
  });
});

const vector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 })
  .filter((values) => values.some((value) => Math.abs(value) > 1e-3))
  .map((values) => {
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  });

describe('codes', () => {
  it('stand for vectors of length 1 that point nearly the same way, and are their own codes', () => {
    fc.assert(
      fc.property(vector, (original) => {
        const code = codeImage(original);
        const decoded = decodeImage(code);
        expect(plain(decoded, decoded)).toBeCloseTo(1, 5);
        expect(plain(decoded, original)).toBeGreaterThan(0.9998);
        expect(codeImage(decoded)).toEqual(code);
      }),
    );
  });

  it('of pictures and phrases have the cosine of what they stand for', () => {
    fc.assert(
      fc.property(vector, vector, (picture, phrase) => {
        const [image, text] = [codeImage(picture), codePhrase(phrase)];
        const cosine = plain(image, text) / (codeLength(image) * codeLength(text));
        expect(cosine).toBeCloseTo(plain(decodeImage(image), phrase), 3);
      }),
    );
  });

  it('of nothing are nothing', () => {
    expect(decodeImage(codeImage(new Float32Array(8)))).toEqual(new Float32Array(8));
  });
});
