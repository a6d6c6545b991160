import { formatPlace, type LoadedRules } from '../config/index.js';
import type { RuleFeasibility } from '../pipeline/feasibility-check.js';

/** Something that `check` has to say. */
export interface Finding {
  /** Only errors and notes count; `info` is told of rules that nothing is wrong with. */
  severity: 'error' | 'note' | 'info';
  text: string;
  /** Of a rule on a camera, where that is what it is about. */
  feasibility?: RuleFeasibility;
}

/** A text about a rule, behind the place where the rule stands. */
export function withPlace(
  text: string,
  ruleId: string,
  { rulePlaces }: Pick<LoadedRules, 'rulePlaces'>,
): string {
  const place = rulePlaces.get(ruleId);
  return place ? `${formatPlace(place)} ${text}` : text;
}
