// Half precision: 16 bits a number, 5 of them its exponent. Not every Node.js that runs this program has a type for it,
// and the runtime takes the bits of one as they are.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the nearest number in half precision; of two that are equally near, the even one. */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = Math.abs(float[0]);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00; // infinite
  const exponent = Math.max(-14, ((bits[0]! >>> 23) & 0xff) - 127);
  // Whole steps of the size that numbers of this exponent are apart: 1024 to 2048, fewer for the very smallest.
  const exact = size / 2 ** (exponent - 10);
  const up = Math.round(exact);
  const steps = exact % 1 === 0.5 && up % 2 === 1 ? up - 1 : up;
  return sign | (((exponent + 14) << 10) + steps);
}

/** The numbers that bits in half precision stand for. @param data whatever holds 16 bits a number */
export function fromHalves(data: {
  buffer: ArrayBufferLike;
  byteOffset: number;
  length: number;
}): Float32Array {
  return Float32Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length), fromHalf);
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const rest = half & 0x3ff;
  if (exponent === 0x1f) return rest ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * rest * 2 ** -24 : sign * (1024 + rest) * 2 ** (exponent - 25);
}
