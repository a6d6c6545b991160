/** Margin below which a tile speaks for nothing: e² ≈ 7 times less likely than the average phrase of the contrast set. */
export const NO_EVIDENCE = -2;

/**
 * How much a tile speaks for a rule:
 *
 *     e = ln(1 + exp(m − m₀)),  m the margin (`margin.ts`), m₀ = −2
 *
 * A margin is the log-odds of the rule's words against the average phrase of their contrast set. Well above m₀ it is
 * evidence, and e goes with it; below, the words fit worse than nearly any phrase, and how much worse tells only which
 * other phrase fits: e goes to 0. Without that, a tile that goes from "not at all" to "hardly" when somebody walks by (m
 * from −9 to −2, the starter on the samples) would be as far from its baseline as one in which the thing appears (from
 * −3 to 4). m₀ is a compromise: cameras and tiles have offsets of their own. In the simulation, whose cameras differ by
 * 1.5 and tiles by 1, recall over that of one global threshold is 1.83 with plain margins, 1.64 with −2, 1.54 with 0.
 */
export function evidenceOf(margin: number): number {
  const above = margin - NO_EVIDENCE;
  // For large values exp() leaves no room for the 1; of NaN it is NaN.
  return above > 30 ? above : Math.log1p(Math.exp(above));
}
