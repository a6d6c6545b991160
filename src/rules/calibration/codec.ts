import { WordwatchError } from '../../shared/errors.js';

// Saved calibrations: numbers as base64, a third of their size as text, and exact.

/** A kept state that cannot be used: cut short, or of another version or shape. */
export function unusable(what: string): WordwatchError {
  return new WordwatchError('calibration-unusable', `saved calibration cannot be used: ${what}`, {
    hint: 'It starts afresh; the old state can be kept aside.',
  });
}

export function encodeFloats(values: Float32Array | Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** @throws WordwatchError when it is not `length` floats (any number of them: null) */
export function decodeFloat32(text: unknown, length: number | null, what: string): Float32Array {
  const bytes = decodeBytes(text, what);
  if (bytes.byteLength % 4 !== 0 || (length !== null && bytes.byteLength !== 4 * length))
    throw unusable(`${what} has another length`);
  return new Float32Array(bytes.buffer);
}

/** @throws WordwatchError when it is not `length` floats (any number of them: null) */
export function decodeFloat64(text: unknown, length: number | null, what: string): Float64Array {
  const bytes = decodeBytes(text, what);
  if (bytes.byteLength % 8 !== 0 || (length !== null && bytes.byteLength !== 8 * length))
    throw unusable(`${what} has another length`);
  return new Float64Array(bytes.buffer);
}

/** A copy of its own: small buffers share one memory, at places where no float may begin. */
function decodeBytes(text: unknown, what: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw unusable(`${what} is missing`);
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/** A finite number of a saved state. */
export function numberOf(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unusable(`${what} is not a number`);
  return value;
}

/** An object of a saved state. */
export function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unusable(`${what} is missing`);
  return value as Record<string, unknown>;
}
