import { useState } from 'preact/hooks';
import type { Verdict } from '../../../detect/event.js';
import type { NearMissesInfo, ReviewsResult } from '../../../server/api/past-schemas.js';
import { useResource } from '../../data/resource.js';
import { cameraName, ruleName, rules } from '../../data/state.js';
import { formatDuration, formatRate, formatThreshold } from '../../format.js';
import { Page } from '../../parts/page.js';
import { review } from '../../parts/reviewing.js';
import { CameraSelect, RuleSelect } from '../../parts/selects.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { undoLast } from '../../parts/toasts.js';
import { useKeys } from '../../parts/use-keys.js';
import { useSelection } from '../../parts/use-selection.js';
import { href, replaceQuery, type ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { KeysButton, KeysHelp } from '../events/keys-help.js';
import { SelectionBar } from '../events/selection-bar.js';
import { EffectText, useForeseen } from './foreseen.js';
import { MissCard } from './miss-card.js';
import { useMissCursor } from './use-miss-cursor.js';
import '../events/events.css';
import './near-misses.css';

const text = words.nearMisses;

/** The highest peaks that raised no event, rule by rule, to be judged; and what that would change. */
export function NearMissesView({ query }: ViewProps) {
  const [camera, rule] = [query.get('camera'), query.get('rule')];
  const { value, error, isLoading, reload } = useResource<{ nearMisses: NearMissesInfo[] }>(
    '/api/near-misses',
  );
  const groups = (value?.nearMisses ?? []).filter(
    ({ cameraId, ruleId }) => (camera ?? cameraId) === cameraId && (rule ?? ruleId) === ruleId,
  );
  const shown = byRule(groups.filter(({ misses }) => misses.length > 0));
  const all = shown.flatMap((ofRule) => ofRule.flatMap(({ misses }) => misses));
  const selection = useSelection();
  const cursor = useMissCursor(all);
  const [isHelping, setIsHelping] = useState(false);
  // What was worked out before a review is not so after it.
  const [round, setRound] = useState(0);
  const pointed = selection.ids.size > 0 ? [...selection.ids] : cursor.id === null ? [] : [cursor.id];
  const foreseen = useForeseen(pointed, round);
  const onDone = (_result: ReviewsResult) => {
    selection.set([]);
    setRound((before) => before + 1);
    reload();
  };
  const say = (verdict: Verdict | null, ids = pointed) => void review(ids, verdict, onDone);
  useKeys({
    ...cursor.keys,
    ...{ t: () => say('true'), f: () => say('false'), u: () => say('unsure'), z: undoLast },
    x: () => cursor.id && selection.toggle(cursor.id),
    Escape: () => selection.set([]),
    '?': () => setIsHelping(true),
  });
  const fixed = rules.value.filter(({ threshold }) => threshold !== null).map(({ name }) => name);
  return (
    <Page
      title={words.views['near-misses']}
      actions={
        <>
          <CameraSelect
            value={camera}
            onChange={(id) => replaceQuery({ camera: id, rule })}
            label={words.history.filter.camera}
          />
          <RuleSelect
            value={rule}
            onChange={(id) => replaceQuery({ camera, rule: id })}
            label={words.history.filter.rule}
          />
          <KeysButton onOpen={() => setIsHelping(true)} />
        </>
      }
    >
      <p class="soft intro">{text.intro}</p>
      {error && <Failure error={error} retry={reload} />}
      {!value && isLoading && <Loading />}
      {shown.map((ofRule) => (
        <section key={ofRule[0]!.ruleId} class="rule-misses">
          <h2>
            <a href={href('studio', [ofRule[0]!.ruleId])}>{ruleName(ofRule[0]!.ruleId)}</a>
          </h2>
          {ofRule.map((group) => (
            <section key={group.cameraId}>
              <Standing group={group} />
              <ul class="misses" aria-label={text.list(ruleName(group.ruleId), cameraName(group.cameraId))}>
                {group.misses.map((miss) => (
                  <li key={miss.id}>
                    <MissCard
                      {...{ miss, group }}
                      isCurrent={cursor.id === miss.id || (cursor.id === null && miss === all[0])}
                      takesFocus={cursor.isMoved && cursor.id === miss.id}
                      isSelected={selection.ids.has(miss.id)}
                      foreseen={pointed.length === 1 && pointed[0] === miss.id ? foreseen : null}
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
      ))}
      {value && all.length === 0 && <Empty>{text.none}</Empty>}
      {fixed.length > 0 && <p class="soft intro">{text.fixed(fixed.join(', '))}</p>}
      <SelectionBar
        count={selection.ids.size}
        onSay={(verdict) => say(verdict)}
        onSelectAll={() => selection.set(all.map(({ id }) => id))}
        onDeselect={() => selection.set([])}
      >
        <p class="foreseen-all" role="status">
          {foreseen && (
            <>
              {text.would} <EffectText result={foreseen} isNamed />
            </>
          )}
        </p>
      </SelectionBar>
      {isHelping && <KeysHelp onClose={() => setIsHelping(false)} />}
    </Page>
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
        {expected && ` · ${text.expected(formatRate(expected.value), formatRate(budgetPerDay))}`}
        {` · ${text.watched(formatDuration(observedHours * 3_600_000))}`}
      </p>
    </div>
  );
}

/** Rules in the order of their first group, each with its cameras. */
function byRule(groups: readonly NearMissesInfo[]): NearMissesInfo[][] {
  const rulesOf = new Map<string, NearMissesInfo[]>();
  for (const group of groups) rulesOf.set(group.ruleId, [...(rulesOf.get(group.ruleId) ?? []), group]);
  return [...rulesOf.values()];
}
