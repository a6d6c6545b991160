import type { RuleWords } from '../rule-vectors.js';
import type { NegativeCheck } from './negatives.js';
import type { Proposal } from './proposals.js';

/**
 * A proposal as a sentence, without the full stop: what to do, and what it is good for. Pure.
 * @param negatives what was found out about the rule's own ones
 */
export function proposalText(
  proposal: Proposal,
  { words, negatives }: { words: RuleWords; negatives: readonly NegativeCheck[] },
): string {
  const { kind, phrase } = proposal;
  if (kind === 'add-negative') return `add "${phrase}" to not: ${effectOf(proposal)}`;
  if (kind === 'drop-negative') {
    const isKind = negatives.some((check) => check.phrase === phrase && check.finding === 'kind-of-positive');
    const why = isKind ? 'is a kind of what you look for' : 'lowers the score of real events, too';
    return `drop "${phrase}" from not: it ${why}`;
  }
  const others = words.when.filter((text) => text !== phrase);
  const isOwn = others.length < words.when.length;
  const many = `your ${others.length}${isOwn ? ' other' : ''} wordings`;
  const rest = others.length > 2 ? many : quotedList(others);
  const change = isOwn ? `say only "${phrase}", without ${rest}` : `say "${phrase}" instead of ${rest}`;
  return `${change}: ${effectOf(proposal)}`;
}

function effectOf({ climbBefore, climbAfter, aucBefore, aucAfter }: Proposal): string {
  if (aucBefore !== null && aucAfter !== null)
    return `it tells the confirmed events from other footage better (${aucAfter.toFixed(2)} against ${aucBefore.toFixed(2)})`;
  return `what looks most like it goes only ${percent(climbAfter)} of the way to the words then, not ${percent(climbBefore)}`;
}

function quotedList(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(' and ');
}

/** `18 %` */
export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
