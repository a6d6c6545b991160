import { useEffect, useState } from 'preact/hooks';
import type { ReviewsResult } from '../../../server/api/past-schemas.js';
import { postJson } from '../../data/api.js';
import { cameraName, ruleName } from '../../data/state.js';
import { formatRate, formatThreshold } from '../../format.js';
import { REVIEWS_AT_ONCE } from '../../parts/reviewing.js';
import { words } from '../../words.js';

const text = words.nearMisses;
/** Who only passes by asks for nothing. */
const PAUSE_MS = 120;

/** What marking these moments true would change; null: not known yet. @param round another one: what was known is old */
export function useForeseen(ids: readonly string[], round: number): ReviewsResult | null {
  const key = `${round}/${ids.slice(0, REVIEWS_AT_ONCE).join(' ')}`;
  const [known, setKnown] = useState<{ key: string; result: ReviewsResult } | null>(null);
  useEffect(() => {
    const [, list = ''] = key.split('/');
    if (list === '') return;
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const reviews = list.split(' ').map((id) => ({ id, verdict: 'true' }));
      const asked = postJson<ReviewsResult>('/api/reviews/preview', { reviews }, leaving.signal);
      // Without an answer nothing is promised.
      const result = await asked.catch(() => null);
      if (result) setKnown({ key, result });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [key]);
  return known?.key === key ? known.result : null;
}

/** What reviews would do, in words. @param isNamed says of which rules and cameras */
export function EffectText({ result, isNamed = false }: { result: ReviewsResult; isNamed?: boolean }) {
  if (result.effects.length === 0) return <strong>{text.wouldMoveNone}</strong>;
  return (
    <>
      {result.effects.map(({ cameraId, ruleId, threshold, expectedPerDay }) => {
        const [before, after] = [formatThreshold(threshold.before), formatThreshold(threshold.after)];
        const { before: expected, after: then } = expectedPerDay;
        return (
          <span key={`${cameraId}/${ruleId}`} class="effect">
            {isNamed && `${ruleName(ruleId)}, ${cameraName(cameraId)}: `}
            <strong>{before === after ? text.wouldStay(after) : text.wouldMove(before, after)}</strong>
            {expected !== null &&
              then !== null &&
              `, ${text.wouldExpect(formatRate(expected), formatRate(then))}`}
          </span>
        );
      })}
    </>
  );
}
