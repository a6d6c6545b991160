// AssemblyScript, compiled by `npm run -s kernel` into ../kernel.ts. Eight numbers are multiplied at a time.

/** Rows are widened here, one at a time. */
const SCRATCH: usize = 0;

/**
 * out[r · phrases + p] = Σ_k row_r[k] · phrase_p[k], exactly.
 * @param rows address of `count` rows of `dim` int8; `dim` is a multiple of 16
 * @param phrases address of `phraseCount` phrases of `dim` int16
 * @param out address of count · phraseCount int32
 */
export function dots(rows: usize, count: i32, dim: i32, phrases: usize, phraseCount: i32, out: usize): void {
  if (phraseCount == 1) {
    // Widened on the way: nothing of it is needed again.
    for (let r = 0; r < count; r++) {
      directDot(rows + <usize>r * <usize>dim, phrases, <usize>dim, out + ((<usize>r) << 2));
    }
    return;
  }
  const phraseBytes: usize = (<usize>dim) << 1;
  const fours = phraseCount & ~3;
  for (let r = 0; r < count; r++) {
    widen(rows + <usize>r * <usize>dim, dim);
    let phrase = phrases;
    let p = 0;
    for (; p < fours; p += 4) {
      fourDots(phrase, phraseBytes, out);
      phrase += phraseBytes << 2;
      out += 16;
    }
    for (; p < phraseCount; p++) {
      oneDot(phrase, phraseBytes, out);
      phrase += phraseBytes;
      out += 4;
    }
  }
}

/** out[r] = Σ_k row_r[k]², exactly. @param rows address of `count` rows of `dim` int8 */
export function squares(rows: usize, count: i32, dim: i32, out: usize): void {
  for (let r = 0; r < count; r++) {
    const row = rows + <usize>r * <usize>dim;
    let a = i32x4.splat(0);
    for (let k: usize = 0; k < <usize>dim; k += 16) {
      const bytes = v128.load(row + k);
      const low = i16x8.extend_low_i8x16_s(bytes);
      const high = i16x8.extend_high_i8x16_s(bytes);
      a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
    }
    store<i32>(out + ((<usize>r) << 2), sum(a));
  }
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function widen(row: usize, dim: i32): void {
  for (let k: usize = 0; k < <usize>dim; k += 16) {
    const bytes = v128.load(row + k);
    v128.store(SCRATCH + (k << 1), i16x8.extend_low_i8x16_s(bytes));
    v128.store(SCRATCH + (k << 1) + 16, i16x8.extend_high_i8x16_s(bytes));
  }
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function directDot(row: usize, phrase: usize, dim: usize, out: usize): void {
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

/** A row against four phrases: it is loaded once for all of them. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function fourDots(phrase: usize, phraseBytes: usize, out: usize): void {
  const second = phrase + phraseBytes;
  const third = second + phraseBytes;
  const fourth = third + phraseBytes;
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  for (let k: usize = 0; k < phraseBytes; k += 16) {
    const row = v128.load(SCRATCH + k);
    a = i32x4.add(a, i32x4.dot_i16x8_s(row, v128.load(phrase + k)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(row, v128.load(second + k)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(row, v128.load(third + k)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(row, v128.load(fourth + k)));
  }
  store<i32>(out, sum(a));
  store<i32>(out + 4, sum(b));
  store<i32>(out + 8, sum(c));
  store<i32>(out + 12, sum(d));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function oneDot(phrase: usize, phraseBytes: usize, out: usize): void {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  for (let k: usize = 0; k < phraseBytes; k += 32) {
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(SCRATCH + k), v128.load(phrase + k)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(SCRATCH + k + 16), v128.load(phrase + k + 16)));
  }
  store<i32>(out, sum(i32x4.add(a, b)));
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
