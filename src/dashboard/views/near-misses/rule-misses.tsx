import type { NearMissesInfo, ReviewsResult } from '../../../server/api/past-schemas.js';
import { cameraName, ruleName } from '../../data/state.js';
import { formatDuration, formatRate, formatThreshold } from '../../format.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import type { Judging } from '../events/use-judging.js';
import { MissCard } from './miss-card.js';

const text = words.nearMisses;

/** The near misses of one rule, camera by camera. */
export function RuleMisses({
  groups,
  judging: { cursor, selection, chosen, say },
  foreseen,
}: {
  /** At least one. */
  groups: readonly NearMissesInfo[];
  judging: Judging;
  foreseen: ReviewsResult | null;
}) {
  const { ruleId } = groups[0]!;
  return (
    <section class="rule-misses">
      <h2>
        <a href={href('studio', [ruleId])}>{ruleName(ruleId)}</a>
      </h2>
      {groups.map((group) => (
        <section key={group.cameraId}>
          <Standing group={group} />
          <ul class="misses" aria-label={text.list(ruleName(ruleId), cameraName(group.cameraId))}>
            {group.misses.map((miss) => (
              <li key={miss.id}>
                <MissCard
                  {...{ miss, group }}
                  isCurrent={cursor.current === miss.id}
                  takesFocus={cursor.isMoved && cursor.current === miss.id}
                  isSelected={selection.ids.has(miss.id)}
                  foreseen={chosen.length === 1 && chosen[0] === miss.id ? foreseen : null}
                  onPoint={() => cursor.put(miss.id)}
                  onSelect={() => selection.toggle(miss.id)}
                  onSay={(verdict) => say(verdict, [miss.id])}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** How the rule stands on a camera. */
function Standing({ group }: { group: NearMissesInfo }) {
  const { cameraId, threshold, state, expected, budgetPerDay, observedHours } = group;
  return (
    <div class="standing">
      <h3>
        <a href={href('camera', [cameraId])}>{text.on(cameraName(cameraId))}</a>
      </h3>
      <p class="soft">
        {text.threshold(formatThreshold(threshold), words.thresholdState[state])}
        {expected &&
          budgetPerDay !== null &&
          ` · ${text.expected(formatRate(expected.value), formatRate(budgetPerDay))}`}
        {observedHours !== null && ` · ${text.watched(formatDuration(observedHours * 3_600_000))}`}
      </p>
      {state === 'fixed' && <p class="soft">{text.fixed}</p>}
    </div>
  );
}
