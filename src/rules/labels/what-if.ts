/** What the user said of an event or a peak; null: nothing yet. */
export type Verdict = 'true' | 'false' | 'unsure';

/** One event or peak of the past. */
export interface PastMoment {
  id: string;
  verdict: Verdict | null;
}

/** A moment under one way of scoring. */
export interface Scored {
  score: number;
  threshold: number;
}

/** A moment that was looked at again. */
export interface WhatIfMoment<M extends PastMoment> {
  moment: M;
  before: Scored;
  after: Scored;
}

/** What would have been different. Each list in the order of the moments. */
export interface WhatIf<M extends PastMoment> {
  /** Raised by the new scoring only. */
  gained: WhatIfMoment<M>[];
  /** Raised by the old scoring only. */
  lost: WhatIfMoment<M>[];
  /** Raised by both. */
  kept: WhatIfMoment<M>[];
  /** How many moments neither raises. */
  neither: number;
  /** Moments with a verdict that the new scoring treats better (a true one gained, a false one lost), and worse. */
  better: number;
  worse: number;
}

/**
 * Tells which of the moments that are on record would have raised an event under another scoring, to be shown before
 * that scoring is applied. Pure. It sees stored moments only: what scored too low to be stored cannot be gained, and
 * confirmation over frames, cooldown and the like are taken to go as they went.
 *
 * A moment is raised when score ≥ threshold, as in the detector; NaN is not.
 * @param moments events and peaks of one rule and camera
 */
export function whatIf<M extends PastMoment>(
  moments: readonly M[],
  { before, after }: { before: (moment: M) => Scored; after: (moment: M) => Scored },
): WhatIf<M> {
  const result: WhatIf<M> = { gained: [], lost: [], kept: [], neither: 0, better: 0, worse: 0 };
  for (const moment of moments) {
    const compared = { moment, before: before(moment), after: after(moment) };
    const was = raised(compared.before);
    const will = raised(compared.after);
    if (was && will) result.kept.push(compared);
    else if (will) result.gained.push(compared);
    else if (was) result.lost.push(compared);
    else result.neither++;
    const judged = moment.verdict === 'true' || moment.verdict === 'false';
    if (judged && was !== will) result[will === (moment.verdict === 'true') ? 'better' : 'worse']++;
  }
  return result;
}

function raised({ score, threshold }: Scored): boolean {
  return score >= threshold;
}
