/**
 * How much a tile speaks for a rule:
 *
 *     e = ln(1 + exp(m)),  m the margin (`margin.ts`)
 *
 * A margin is the log-odds of the rule's words against the average phrase of their contrast set. Above 0 it is evidence
 * and e goes with it; below, the words fit worse than any phrase, and how much worse tells only which other phrase fits:
 * e goes to 0. Without that, a tile that goes from "not at all" to "hardly" when somebody walks by (m from −9 to −2)
 * would be as far from its baseline as one in which the thing appears (m from −3 to 4).
 */
export function evidenceOf(margin: number): number {
  // For large m, exp(m) leaves no room for the 1; for NaN it is NaN.
  return margin > 30 ? margin : Math.log1p(Math.exp(margin));
}
