import { useState } from 'preact/hooks';
import type { NearMissesInfo } from '../../../server/api/past-schemas.js';
import { useResource } from '../../data/resource.js';
import { Page } from '../../parts/page.js';
import { CameraSelect, RuleSelect } from '../../parts/selects.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { replaceQuery, type ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { KeysHelp } from '../events/keys-help.js';
import { SelectionBar } from '../events/selection-bar.js';
import { useJudging } from '../events/use-judging.js';
import { EffectText, useForeseen } from './foreseen.js';
import { RuleMisses } from './rule-misses.js';
import './near-misses.css';

const text = words.nearMisses;

/** The highest peaks that raised no event, rule by rule, to be judged; and what that would change. */
export function NearMissesView({ query }: ViewProps) {
  const [camera, rule] = [query.get('camera'), query.get('rule')];
  const { value, error, isLoading, reload } = useResource<{ nearMisses: NearMissesInfo[] }>(
    '/api/near-misses',
  );
  const shown = byRule(
    (value?.nearMisses ?? []).filter(
      ({ cameraId, ruleId, misses }) =>
        (camera ?? cameraId) === cameraId && (rule ?? ruleId) === ruleId && misses.length > 0,
    ),
  );
  const ids = shown.flatMap((groups) => groups.flatMap(({ misses }) => misses.map(({ id }) => id)));
  // What was worked out before a review is not so after it.
  const [round, setRound] = useState(0);
  const onDone = () => {
    setRound((before) => before + 1);
    reload();
  };
  const judging = useJudging(ids, { columns, onDone });
  const { selection, chosen, say } = judging;
  const foreseen = useForeseen(chosen, round);
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
          <KeysHelp />
        </>
      }
    >
      <p class="soft intro">{text.intro}</p>
      {error && <Failure error={error} retry={reload} />}
      {!value && isLoading && <Loading />}
      {shown.map((groups) => (
        <RuleMisses key={groups[0]!.ruleId} {...{ groups, judging, foreseen }} />
      ))}
      {value && ids.length === 0 && <Empty>{text.none}</Empty>}
      <SelectionBar selection={selection} all={ids} onSay={say}>
        <p class="foreseen-all" role="status">
          {foreseen && (
            <>
              {text.would} <EffectText result={foreseen} isNamed />
            </>
          )}
        </p>
      </SelectionBar>
    </Page>
  );
}

/** How many near misses stand side by side now. */
function columns(): number {
  const list = document.querySelector('.misses');
  return list ? getComputedStyle(list).gridTemplateColumns.split(' ').length : 1;
}

/** Rules in the order of their first group, each with its cameras. */
function byRule(groups: readonly NearMissesInfo[]): NearMissesInfo[][] {
  const rulesOf = new Map<string, NearMissesInfo[]>();
  for (const group of groups) rulesOf.set(group.ruleId, [...(rulesOf.get(group.ruleId) ?? []), group]);
  return [...rulesOf.values()];
}
