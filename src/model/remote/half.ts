// IEEE 754 numbers of 16 bits, which Node.js 20 has no array for. Pure.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest 16-bit number (ties to even), as bits; past 65 504 it is infinite. */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = Math.abs(float[0]!);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2⁻¹⁴ they are multiples of 2⁻²⁴; what rounds up to 2⁻¹⁴ gets the right bits by itself.
  if (size < 2 ** -14) return sign | roundedToEven(size * 2 ** 24);
  const exponent = ((bits[0]! >>> 23) & 0xff) - 127;
  // Added, not or-ed: a fraction that rounds up to 1 carries into the exponent.
  return sign | (((exponent + 15) << 10) + roundedToEven((size / 2 ** exponent - 1) * 1024));
}

/** The number that 16 bits stand for. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function roundedToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
