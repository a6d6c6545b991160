// AssemblyScript, compiled by `npm run -s kernel` into ../kernel.ts. Eight numbers are multiplied at a time.

/**
 * out[r · phraseCount + p] = Σ_k row_r[k] · phrase_p[k], exactly.
 *
 * Two rows against four phrases at a time: each number that is loaded is used two or four times. Phrases go outside, since
 * four of them stay in the nearest cache while all rows pass by.
 * @param rows address of `count` rows of `dim` int8; `dim` is a multiple of 16
 * @param phrases address of `phraseCount` phrases of `dim` int16
 * @param out address of count · phraseCount int32
 */
export function dots(rows: usize, count: i32, dim: i32, phrases: usize, phraseCount: i32, out: usize): void {
  const rowBytes = <usize>dim;
  const phraseBytes = rowBytes << 1;
  const outBytes = (<usize>phraseCount) << 2;
  let p = 0;
  for (; p + 3 < phraseCount; p += 4) {
    let row = rows;
    let at = out + ((<usize>p) << 2);
    let r = 0;
    for (; r + 1 < count; r += 2) {
      twoByFour(row, rowBytes, phrases, phraseBytes, at, at + outBytes);
      row += rowBytes << 1;
      at += outBytes << 1;
    }
    if (r < count) oneByFour(row, phrases, phraseBytes, at);
    phrases += phraseBytes << 2;
  }
  for (; p < phraseCount; p++) {
    let at = out + ((<usize>p) << 2);
    for (let r = 0; r < count; r++) {
      oneByOne(rows + <usize>r * rowBytes, phrases, rowBytes, at);
      at += outBytes;
    }
    phrases += phraseBytes;
  }
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function twoByFour(
  row: usize,
  rowBytes: usize,
  phrase: usize,
  phraseBytes: usize,
  out: usize,
  nextOut: usize,
): void {
  const next = row + rowBytes;
  const second = phrase + phraseBytes;
  const third = second + phraseBytes;
  const fourth = third + phraseBytes;
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  let e = i32x4.splat(0);
  let f = i32x4.splat(0);
  let g = i32x4.splat(0);
  let h = i32x4.splat(0);
  for (let k: usize = 0; k < rowBytes; k += 8) {
    const one = v128.load_ext<i8>(row + k);
    const other = v128.load_ext<i8>(next + k);
    const at = k << 1;
    let numbers = v128.load(phrase + at);
    a = i32x4.add(a, i32x4.dot_i16x8_s(one, numbers));
    e = i32x4.add(e, i32x4.dot_i16x8_s(other, numbers));
    numbers = v128.load(second + at);
    b = i32x4.add(b, i32x4.dot_i16x8_s(one, numbers));
    f = i32x4.add(f, i32x4.dot_i16x8_s(other, numbers));
    numbers = v128.load(third + at);
    c = i32x4.add(c, i32x4.dot_i16x8_s(one, numbers));
    g = i32x4.add(g, i32x4.dot_i16x8_s(other, numbers));
    numbers = v128.load(fourth + at);
    d = i32x4.add(d, i32x4.dot_i16x8_s(one, numbers));
    h = i32x4.add(h, i32x4.dot_i16x8_s(other, numbers));
  }
  v128.store(out, sums(a, b, c, d));
  v128.store(nextOut, sums(e, f, g, h));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function oneByFour(row: usize, phrase: usize, phraseBytes: usize, out: usize): void {
  const second = phrase + phraseBytes;
  const third = second + phraseBytes;
  const fourth = third + phraseBytes;
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  for (let k: usize = 0; k < phraseBytes; k += 16) {
    const numbers = v128.load_ext<i8>(row + (k >> 1));
    a = i32x4.add(a, i32x4.dot_i16x8_s(numbers, v128.load(phrase + k)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(numbers, v128.load(second + k)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(numbers, v128.load(third + k)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(numbers, v128.load(fourth + k)));
  }
  v128.store(out, sums(a, b, c, d));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function oneByOne(row: usize, phrase: usize, dim: usize, out: usize): void {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  for (let k: usize = 0; k < dim; k += 16) {
    const bytes = v128.load(row + k);
    const values = phrase + (k << 1);
    a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(bytes), v128.load(values)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(bytes), v128.load(values + 16)));
  }
  store<i32>(out, sum(i32x4.add(a, b)));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const first = i32x4.replace_lane(i32x4.splat(sum(a)), 1, sum(b));
  return i32x4.replace_lane(i32x4.replace_lane(first, 2, sum(c)), 3, sum(d));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function sum(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}

/** out[r] = Σ_k row_r[k]², exactly. @param rows address of `count` rows of `dim` int8 */
export function squares(rows: usize, count: i32, dim: i32, out: usize): void {
  for (let r = 0; r < count; r++) {
    store<i32>(out + ((<usize>r) << 2), squareOf(rows + <usize>r * <usize>dim, dim));
  }
}

/**
 * What dots come to as logits, and the bank's part of them as one number each: for row r, whose code has the length ‖q‖,
 *
 *     logit_p = dot_p · factor_p / ‖q‖,   top = max of the first `bankCount`,   sum = Σ exp(logit_k − top) over them
 *
 * @param dots of {@link dots} for the same rows
 * @param factors address of phraseCount float64
 * @param logits address of count · phraseCount float64
 * @param banks address of 2 · count float64: top and sum
 */
export function weigh(
  rows: usize,
  count: i32,
  dim: i32,
  dots: usize,
  phraseCount: i32,
  bankCount: i32,
  factors: usize,
  logits: usize,
  banks: usize,
): void {
  for (let r = 0; r < count; r++) {
    const square = <f64>squareOf(rows + <usize>r * <usize>dim, dim);
    const inverse = f64x2.splat(1 / (square > 0 ? Math.sqrt(square) : 1));
    let p = 0;
    for (; p + 1 < phraseCount; p += 2) {
      const dot = f64x2.convert_low_i32x4_s(v128.load64_zero(dots + (<usize>p << 2)));
      const weighed = f64x2.mul(f64x2.mul(dot, v128.load(factors + (<usize>p << 3))), inverse);
      v128.store(logits + (<usize>p << 3), weighed);
    }
    if (p < phraseCount) {
      const dot = <f64>load<i32>(dots + (<usize>p << 2));
      const weighed = dot * load<f64>(factors + (<usize>p << 3)) * f64x2.extract_lane(inverse, 0);
      store<f64>(logits + (<usize>p << 3), weighed);
    }
    sumBank(logits, bankCount, banks);
    dots += <usize>phraseCount << 2;
    logits += <usize>phraseCount << 3;
    banks += 16;
  }
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function squareOf(row: usize, dim: i32): i32 {
  let a = i32x4.splat(0);
  for (let k: usize = 0; k < <usize>dim; k += 8) {
    const numbers = v128.load_ext<i8>(row + k);
    a = i32x4.add(a, i32x4.dot_i16x8_s(numbers, numbers));
  }
  return sum(a);
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function sumBank(logits: usize, bankCount: i32, banks: usize): void {
  const end = logits + (<usize>bankCount << 3);
  let top = -Infinity;
  for (let at = logits; at < end; at += 8) top = Math.max(top, load<f64>(at));
  const tops = f64x2.splat(top);
  let sums = f64x2.splat(0);
  let at = logits;
  for (; at + 8 < end; at += 16) sums = f64x2.add(sums, exp(f64x2.sub(v128.load(at), tops)));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (at < end) sum += f64x2.extract_lane(exp(f64x2.splat(load<f64>(at) - top)), 0);
  store<f64>(banks, top);
  store<f64>(banks + 8, sum);
}

/**
 * exp of two numbers up to 0, with an error of some 10⁻¹⁶: 2ⁿ·e^r, n = x / ln 2 rounded, e^r by its series. Below −700 it is
 * what it is there, which is nothing beside the sum of a bank.
 */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function exp(exponents: v128): v128 {
  // A shift to where float64 have a step of 1: the lowest bits are then n as a whole number.
  const shift = f64x2.splat(6755399441055744.0);
  const x = f64x2.max(exponents, f64x2.splat(-700));
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), shift);
  const n = f64x2.sub(shifted, shift);
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(0.6931471803691238)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)));
  let series = f64x2.splat(1.0 / 479001600.0);
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 39916800.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 3628800.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 362880.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 40320.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 5040.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 720.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 120.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 24.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1.0 / 6.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(0.5));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1));
  return i64x2.add(series, i64x2.shl(shifted, 52));
}
