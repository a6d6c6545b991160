/** What is alike: fixed cameras show the same few things over and over. */
export interface Clusters {
  /** Of each, one behind the other. */
  centres: Float32Array;
  /** Of each point, which it is nearest to. */
  nearest: Uint8Array;
}

/** Rounds of the iteration: later ones change hardly anything. */
const ROUNDS = 6;

/**
 * Groups points around at most 256 centres (Lloyd's k-means). Pure.
 * @param points `numbers` each, one behind the other @param count at most as many centres as there are points
 */
export function findClusters(
  points: Float32Array,
  { numbers, count }: { numbers: number; count: number },
): Clusters {
  const size = points.length / numbers;
  const centres = new Float32Array(count * numbers);
  for (let c = 0; c < count; c++) {
    const at = Math.floor(((c + ((c * 0.618034) % 1)) * size) / count) * numbers;
    centres.set(points.subarray(at, at + numbers), c * numbers);
  }
  const nearest = new Uint8Array(size);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < size; i++)
      nearest[i] = nearestTo(points.subarray(i * numbers, (i + 1) * numbers), centres);
    if (round < ROUNDS - 1) centres.set(meansOf(points, { nearest, count, centres }));
  }
  return { centres, nearest };
}

function nearestTo(point: Float32Array, centres: Float32Array): number {
  let [best, least] = [0, Infinity];
  for (let at = 0; at < centres.length; at += point.length) {
    let square = 0;
    for (let k = 0; k < point.length; k++) square += (point[k]! - centres[at + k]!) ** 2;
    if (square < least) [best, least] = [at / point.length, square];
  }
  return best;
}

/** Mean of the points of each cluster. @param centres what it is where there are none */
export function meansOf(
  points: Float32Array,
  { nearest, count, centres }: { nearest: Uint8Array; count: number; centres: Float32Array },
): Float32Array {
  const numbers = centres.length / count;
  const sizes = new Float64Array(count);
  const sums = new Float64Array(centres.length);
  for (const [i, cluster] of nearest.entries()) {
    sizes[cluster]!++;
    for (let k = 0; k < numbers; k++) sums[cluster * numbers + k]! += points[i * numbers + k]!;
  }
  return centres.map((value, at) => {
    const size = sizes[Math.floor(at / numbers)]!;
    return size === 0 ? value : sums[at]! / size;
  });
}
