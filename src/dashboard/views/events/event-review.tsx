import { useState } from 'preact/hooks';
import type { DetectionEvent, Verdict } from '../../../detect/event.js';
import type { ReviewResult } from '../../../server/messages.js';
import { postJson } from '../../data/api.js';
import { reviews } from '../../data/state.js';
import { formatScore } from '../../format.js';
import { words } from '../../words.js';

const VERDICTS: Verdict[] = ['true', 'false', 'unsure'];

/** Asks whether an event was what its rule is for, and says what the answer did to the threshold. */
export function EventReview({ event: { id } }: { event: DetectionEvent }) {
  const [failed, setFailed] = useState(false);
  const reviewed = reviews.value.get(id);
  const say = async (verdict: Verdict | null) => {
    const result = await postReview(id, verdict);
    setFailed(result === null);
    if (result) reviews.value = new Map(reviews.value).set(id, result);
  };
  return (
    <fieldset class="review">
      <legend>{words.review.question}</legend>
      {VERDICTS.map((verdict) => {
        const isSaid = reviewed?.verdict === verdict;
        return (
          <button
            key={verdict}
            type="button"
            aria-pressed={isSaid}
            // Pressed again, it is taken back.
            onClick={() => say(isSaid ? null : verdict)}
          >
            {words.review[verdict]}
          </button>
        );
      })}
      <p role="status">{failed ? words.review.failed : reviewed && outcomeOf(reviewed)}</p>
    </fieldset>
  );
}

function outcomeOf({ threshold }: ReviewResult): string {
  if (threshold === null || threshold.before === threshold.after) return words.review.noted;
  return words.review.moved(formatScore(threshold.before), formatScore(threshold.after));
}

function postReview(id: string, verdict: Verdict | null): Promise<ReviewResult | null> {
  return postJson<ReviewResult>(`/api/events/${id}/review`, { verdict }).catch(() => null);
}
