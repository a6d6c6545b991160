/** A vector as bytes, and back: float32, little-endian as every machine that Node.js runs on. */
export function toBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** @param bytes of {@link toBytes}; copied, as they need not begin where a number may */
export function fromBytes(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
