import type { Tail } from './gpd.js';
import type { NullModel } from './null-model.js';
import { seededRandom } from './random.js';

/** Peaks that may be true events, at most. */
const TOP = 20;
/** Clusters below the top that a tail is judged by, at least. */
const MIN_BODY = 20;
const RESAMPLES = 99;
const P_FLAGGED = 0.02;

/** Whether the highest peaks look like the tail of the rest. */
export interface Contamination {
  flagged: boolean;
  /** How many of the highest peaks do not. */
  suspicious: number;
  /** How often a clean tail looks as odd; 1: cannot tell. */
  pValue: number;
}

const CLEAN: Contamination = { flagged: false, suspicious: 0, pValue: 1 };

/**
 * Looks for true events among the peaks a threshold is fitted to. A GPD is fitted to the clusters below the 20 highest,
 * these being censored: known to be higher, not by how much. In its own scale E_i = ln(1 + γ·e_i/σ)/γ the excesses are
 * exponential, and by Rényi the sum over the j highest of E_(i) − E_(j+1) has a Gamma(j) distribution. The statistic is
 * the largest of (sum − j)/√j over j = 1…20; how large it gets in a clean tail, fitted as this one is, is drawn 99
 * times. Peaks that a person has called false are no suspects.
 */
export function findContamination(model: NullModel, tail: Tail | null): Contamination {
  if (tail === null || tail.n < MIN_BODY + 1) return CLEAN;
  const excesses: number[] = [];
  const suspects: boolean[] = [];
  for (const { score, level, verdict } of model.clusters()) {
    if (score <= tail.u) break;
    if (verdict === 'true' || level > tail.u) continue;
    excesses.push(score - tail.u);
    suspects.push(verdict !== 'false');
  }
  const seen = oddity(excesses);
  const random = seededRandom(excesses.length);
  let asOdd = 1;
  for (let round = 0; round < RESAMPLES; round++) {
    const clean = excesses.map(() => Math.expm1(-seen.gamma * Math.log(1 - random())) / seen.gamma);
    if (oddity(clean.sort((a, b) => b - a)).statistic >= seen.statistic) asOdd++;
  }
  const pValue = asOdd / (RESAMPLES + 1);
  const suspicious = suspects.slice(0, seen.top).filter(Boolean).length;
  const flagged = pValue <= P_FLAGGED && suspicious > 0;
  return { flagged, suspicious: flagged ? suspicious : 0, pValue };
}

/** @param descending excesses */
function oddity(descending: readonly number[]): { statistic: number; top: number; gamma: number } {
  const censored = Math.min(TOP, descending.length - MIN_BODY);
  const { theta, gamma } = fitCensored(descending, censored);
  const scaled = (place: number) => Math.log1p(theta * descending[place]!) / gamma;
  let statistic = Number.NEGATIVE_INFINITY;
  let top = 0;
  let sum = 0;
  for (let j = 1; j <= censored; j++) {
    sum += scaled(j - 1);
    const standardised = (sum - j * scaled(j) - j) / Math.sqrt(j);
    if (standardised > statistic) {
      statistic = standardised;
      top = j;
    }
  }
  return { statistic, top, gamma };
}

/**
 * Maximum likelihood of a GPD whose `censored` highest values are only known to be above the next one. With θ = γ/σ,
 * γ has a closed form, γ(θ) = (Σ ln(1 + θ·e) over all, the censored at the border)/(number not censored), so only θ is
 * searched, over a grid; γ from 0 to 0.5, for tails of scores without an end.
 */
function fitCensored(descending: readonly number[], censored: number): { theta: number; gamma: number } {
  const body = descending.slice(censored);
  const border = body[0]!;
  const mean = (body.reduce((sum, e) => sum + e, 0) + censored * border) / body.length;
  let best = { theta: 0.001 / mean, gamma: 0.001, likelihood: Number.NEGATIVE_INFINITY };
  for (let step = 0; step <= 24; step++) {
    const theta = (0.001 * 1.4 ** step) / mean;
    let sum = censored * Math.log1p(theta * border);
    let observed = 0;
    for (const e of body) observed += Math.log1p(theta * e);
    sum += observed;
    const gamma = sum / body.length;
    if (gamma > 0.5 && step > 0) break;
    const likelihood = body.length * Math.log(theta / gamma) - observed - sum / gamma;
    if (likelihood > best.likelihood) best = { theta, gamma, likelihood };
  }
  return best;
}
