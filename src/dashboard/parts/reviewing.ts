import type { Verdict } from '../../detect/event.js';
import type { ReviewsResult } from '../../server/api/past-schemas.js';
import { postJson } from '../data/api.js';
import { asApiError } from '../data/resource.js';
import { cameraName, mayControl, ruleName } from '../data/state.js';
import { formatThreshold } from '../format.js';
import { words } from '../words.js';
import { toast } from './toasts.js';

/** The most reviews that the program takes at once. */
export const REVIEWS_AT_ONCE = 500;
const text = words.history;

type Reviews = readonly { id: string; verdict: Verdict | null }[];

/**
 * Says of events or peaks what they were, tells what came of it, and offers to take it back.
 * @param onDone is told of what was noted, and again when it is taken back
 * @returns whether anything was noted
 */
export async function review(
  ids: readonly string[],
  verdict: Verdict | null,
  onDone: (result: ReviewsResult) => void,
): Promise<boolean> {
  if (ids.length === 0 || !mayControl.peek()) return false;
  const result = await send(ids.map((id) => ({ id, verdict })));
  if (!result) return false;
  const { reviewed } = result;
  if (reviewed.length === 0) {
    toast(text.nothingToReview);
    return false;
  }
  onDone(result);
  const undo = async () => {
    const undone = await send(reviewed.map(({ id, before }) => ({ id, verdict: before })));
    if (undone) onDone(undone);
  };
  const count = reviewed.length;
  const said = verdict === null ? text.takenBack(count) : text.noted(count, text.verdicts[verdict]);
  toast([said, ...effectsOf(result)].join(' '), { undo: () => void undo() });
  return true;
}

/** What reviews did to thresholds, in sentences. */
function effectsOf({ effects }: ReviewsResult): string[] {
  const moved = effects.filter(
    ({ threshold }) => formatThreshold(threshold.before) !== formatThreshold(threshold.after),
  );
  const [first, ...more] = moved;
  if (!first) return [];
  const { ruleId, cameraId, threshold } = first;
  const { before, after } = threshold;
  const sentence = text.effect(
    ruleName(ruleId),
    cameraName(cameraId),
    formatThreshold(before),
    formatThreshold(after),
  );
  return more.length === 0 ? [sentence] : [sentence, text.moreEffects(more.length)];
}

async function send(reviews: Reviews): Promise<ReviewsResult | null> {
  const all: ReviewsResult = { reviewed: [], unknown: [], effects: [] };
  try {
    for (let at = 0; at < reviews.length; at += REVIEWS_AT_ONCE) {
      const lot = reviews.slice(at, at + REVIEWS_AT_ONCE);
      const { reviewed, unknown, effects } = await postJson<ReviewsResult>('/api/reviews', { reviews: lot });
      all.reviewed.push(...reviewed);
      all.unknown.push(...unknown);
      all.effects.push(...effects);
    }
    return all;
  } catch (error) {
    toast(asApiError(error).message);
    return all.reviewed.length > 0 ? all : null;
  }
}
