import { dot } from '../vectors.js';

/** Vectors compared with phrases. Remembers what it computed: many changes to few rules are tried on it. */
export class Footage {
  readonly vectors: readonly Float32Array[];
  readonly logitScale: number;
  readonly #logits = new Map<Float32Array, Float64Array>();
  readonly #logSums = new Map<readonly Float32Array[], Float64Array>();
  readonly #ofWords = new Map<Float32Array, Footage>();

  constructor(vectors: readonly Float32Array[], logitScale: number) {
    this.vectors = vectors;
    this.logitScale = logitScale;
  }

  /** τ·cos(v, phrase) of every vector. */
  logits(phrase: Float32Array): Float64Array {
    return remembered(this.#logits, phrase, () =>
      Float64Array.from(this.vectors, (vector) => this.logitScale * dot(vector, phrase)),
    );
  }

  /**
   * m = τ·cos(v, positive) − ln mean exp(τ·cos(v, contrast)) of every vector (`margin.ts`).
   * @param added one more phrase of the contrast set
   */
  margins(positive: Float32Array, contrast: readonly Float32Array[], added?: Float32Array): Float64Array {
    const sums = this.#logSum(contrast);
    const more = added && this.logits(added);
    const count = contrast.length + (added ? 1 : 0);
    return this.logits(positive).map((logit, i) => {
      if (count === 0) return logit;
      const sum = more ? logAddExp(sums[i]!, more[i]!) : sums[i]!;
      return logit - sum + Math.log(count);
    });
  }

  /** The words themselves, as if they were a picture. */
  ofWords(positive: Float32Array): Footage {
    return remembered(this.#ofWords, positive, () => new Footage([positive], this.logitScale));
  }

  #logSum(contrast: readonly Float32Array[]): Float64Array {
    return remembered(this.#logSums, contrast, () => {
      const all = contrast.map((phrase) => this.logits(phrase));
      return Float64Array.from(this.vectors, (_, i) => logSumExpAt(all, i));
    });
  }
}

function remembered<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

function logSumExpAt(logits: readonly Float64Array[], i: number): number {
  let max = -Infinity;
  for (const values of logits) max = Math.max(max, values[i]!);
  let sum = 0;
  for (const values of logits) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum);
}

function logAddExp(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** The value that a part p of all values lies below; NaN of nothing. */
export function quantile(values: Iterable<number>, p: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

/** Median and 1.4826·MAD: what mean and standard deviation would be, without heed to outliers. */
export function robustScale(values: Iterable<number>): { median: number; scale: number } {
  const all = Float64Array.from(values);
  const median = quantile(all, 0.5);
  return {
    median,
    scale:
      1.4826 *
      quantile(
        all.map((value) => Math.abs(value - median)),
        0.5,
      ),
  };
}
