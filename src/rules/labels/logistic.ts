import { dot } from '../vectors.js';
import { sigmoid } from './platt.js';

/** One thing to learn from. */
export interface Example {
  vector: Float32Array;
  /** Log-odds that are known beforehand: what the words say. */
  offset: number;
  positive: boolean;
  /** How much it counts. */
  weight: number;
}

/** z = offset + w·v + bias. */
export interface LogisticFit {
  weights: Float32Array;
  bias: number;
}

const MAX_STEPS = 2000;
/** Steps end when no weight's derivative is larger, in log-odds times examples. */
const SMALLEST_GRADIENT = 1e-4;

/**
 * Logistic regression on vectors, on top of given log-odds. Pure.
 *
 *     J(w, b) = Σ_i c_i·ln(1 + exp(−s_i·z_i)) + λ/2·‖w‖²,   z_i = offset_i + w·(v_i − v̄) + b,   s_i = ±1
 *
 * λ = 0 evidence needed for w = 0: without examples the offsets stand as they are. The bias is not held back, so that
 * it does not matter how often each class was labelled; after each step it is set to its best value for that w, which
 * leaves a smooth function of w, curved by λ at least and L = λ + ¼·Σ c_i‖v_i − v̄‖² at most: accelerated gradient
 * descent then needs about √(L/λ) steps a digit (Nesterov, "Introductory lectures on convex optimization", 2.2).
 * @param examples of both classes
 */
export function fitLogistic(examples: readonly Example[], lambda: number): LogisticFit {
  const { mean, centred } = centre(examples);
  const dimension = mean.length;
  const norms = centred.reduce((sum, x, i) => sum + examples[i]!.weight * dot(x, x), 0);
  const steepest = lambda + norms / 4;
  const momentum = (Math.sqrt(steepest) - Math.sqrt(lambda)) / (Math.sqrt(steepest) + Math.sqrt(lambda));

  let weights = new Float32Array(dimension);
  let ahead = weights;
  let bias = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const logits = examples.map(({ offset }, i) => offset + dot(centred[i]!, ahead));
    bias = bestBias(examples, logits, bias);
    const gradient = gradientOf(examples, { centred, logits, bias, weights: ahead, lambda });
    if (gradient.every((value) => Math.abs(value) < SMALLEST_GRADIENT)) break;
    const next = ahead.map((value, i) => value - gradient[i]! / steepest);
    const last = weights;
    ahead = next.map((value, i) => value + momentum * (value - last[i]!));
    weights = next;
  }
  return { weights: ahead, bias: bias - dot(ahead, mean) };
}

/** The vectors without what they have in common, which belongs to the bias. */
function centre(examples: readonly Example[]): { mean: Float32Array; centred: Float32Array[] } {
  const mean = new Float32Array(examples[0]!.vector.length);
  let total = 0;
  for (const { vector, weight } of examples) {
    total += weight;
    for (let i = 0; i < mean.length; i++) mean[i]! += weight * vector[i]!;
  }
  for (let i = 0; i < mean.length; i++) mean[i]! /= total;
  return { mean, centred: examples.map(({ vector }) => vector.map((value, i) => value - mean[i]!)) };
}

interface GradientInput {
  centred: readonly Float32Array[];
  logits: readonly number[];
  bias: number;
  weights: Float32Array;
  lambda: number;
}

function gradientOf(
  examples: readonly Example[],
  { centred, logits, bias, weights, lambda }: GradientInput,
): Float64Array {
  const gradient = Float64Array.from(weights, (value) => lambda * value);
  for (const [i, { positive, weight }] of examples.entries()) {
    const pull = weight * (sigmoid(logits[i]! + bias) - (positive ? 1 : 0));
    const x = centred[i]!;
    for (let k = 0; k < gradient.length; k++) gradient[k]! += pull * x[k]!;
  }
  return gradient;
}

/** The bias with Σ c·(σ(z + b) − y) = 0: Newton's steps, kept between two values that bracket the root. */
function bestBias(examples: readonly Example[], logits: readonly number[], start: number): number {
  // Outside, every example of one class is as good as certain.
  const reach = 40 + logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  let [low, high] = [-reach, reach];
  let bias = Math.min(high, Math.max(low, start));
  for (let step = 0; step < 60; step++) {
    let slope = 0;
    let excess = 0;
    for (const [i, { positive, weight }] of examples.entries()) {
      const p = sigmoid(logits[i]! + bias);
      excess += weight * (p - (positive ? 1 : 0));
      slope += weight * p * (1 - p);
    }
    if (Math.abs(excess) < 1e-9) break;
    if (excess > 0) high = bias;
    else low = bias;
    const newton = bias - excess / slope;
    bias = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return bias;
}
