import { describe, expect, it } from 'vitest';
import { fromHalves, toHalf } from './half.js';

describe('half precision', () => {
  it('comes back as the same bits, all of them', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const isNumber = (half: number) => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0;
    const numbers = fromHalves(bits);
    for (const half of bits) {
      if (isNumber(half)) expect(toHalf(numbers[half]!)).toBe(half);
      else expect(numbers[half]).toBeNaN();
    }
    expect(fromHalves(Uint16Array.of(toHalf(Number.NaN)))[0]).toBeNaN();
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    // Halfway: to the even one.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2],
    // Up into the next exponent.
    [2 - 2 ** -12, 0x4000],
    [2 ** -14 - 2 ** -26, 0x400],
  ])('%d', (value, bits) => expect(toHalf(value)).toBe(bits));
});
