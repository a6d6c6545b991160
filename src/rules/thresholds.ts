import type { ModelDescription } from '../model/embedder.js';
import type { ThresholdState } from './score.js';

/** A threshold and where it comes from. */
export interface Threshold {
  value: number;
  state: ThresholdState;
}

/**
 * Margin that counts as a hit where neither the rule nor the model's makers say one: e⁴ ≈ 55 times likelier than the
 * average of the contrast set. A guess to begin with, not a measurement: only footage of the camera itself can tell.
 */
export const FALLBACK_THRESHOLD = 4;

/**
 * The threshold of a rule on a camera: the rule's own, else the model's default. Calibrated thresholds join here.
 */
export function thresholdOf(rule: { threshold: number | null }, model: ModelDescription): Threshold {
  return { value: rule.threshold ?? model.defaultThreshold ?? FALLBACK_THRESHOLD, state: 'fixed' };
}
