/** Dot product; of unit vectors, their cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  // Four sums that do not wait for each other: twice as fast. The scores of all rules are made of this.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const inFours = a.length - (a.length % 4);
  for (let i = 0; i < inFours; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = inFours; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** The direction that unit vectors have in common: their mean, scaled to length 1. */
export function normalisedMean(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]!;
  const length = Math.sqrt(dot(mean, mean)) || 1;
  return mean.map((value) => value / length);
}
