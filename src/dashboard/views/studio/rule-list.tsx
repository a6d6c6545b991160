import { Plus } from 'lucide';
import type { RuleInfo } from '../../../server/messages.js';
import { useResource } from '../../data/resource.js';
import { cameraName, rules } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { Pill } from '../../parts/pill.js';
import { Empty } from '../../parts/states.js';
import { useKeys } from '../../parts/use-keys.js';
import { go, href } from '../../router.js';
import { words } from '../../words.js';
import { thresholdSummary } from './editor-fields.js';
import { RuleSwitch } from './rule-switch.js';
import type { RuleFileList, SwitchInfo } from './studio-api.js';

const NEW = href('studio', [], { new: 1 });

/** The rules in force, and those that only stand in files. */
export function RuleList() {
  const text = words.studio;
  useKeys({ n: () => go(NEW) });
  const { value: state, reload } = useResource<{ rules: SwitchedRule[] }>('/api/rules');
  const { value: list } = useResource<RuleFileList>('/api/rule-files');
  const inForce = rules.value;
  const others = list?.files
    .flatMap((file) => file.rules)
    .filter((id) => !inForce.some((rule) => rule.id === id));
  return (
    <Page
      title={words.views.studio}
      className="studio"
      actions={
        <a class="button first" href={NEW} aria-keyshortcuts="n">
          <Icon of={Plus} />
          {text.newRule}
        </a>
      }
    >
      {inForce.length === 0 && <Empty>{text.none}</Empty>}
      <ul class="rule-list">
        {inForce.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            switched={state?.rules.find(({ id }) => id === rule.id)?.switches ?? []}
            onSwitched={reload}
          />
        ))}
      </ul>
      {others && others.length > 0 && (
        <section class="others">
          <h2>{text.loadedLate}</h2>
          <p class="soft">{text.notInForce}</p>
          <ul>
            {others.map((id) => (
              <li key={id}>
                <a href={href('studio', [id])}>{id}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

type SwitchedRule = RuleInfo & { switches: SwitchInfo[] };

function RuleRow({
  rule,
  switched,
  onSwitched,
}: {
  rule: RuleInfo;
  switched: readonly SwitchInfo[];
  onSwitched: () => void;
}) {
  const { id, name, when, not, cameras, severity } = rule;
  return (
    <li class={`card rule-row ${severity}`}>
      <div class="rule-head">
        <h2>
          <a href={href('studio', [id])}>{name}</a>
        </h2>
        <Pill kind={severity} text={words.severity[severity]} />
        {switched.length > 0 && <RuleSwitch {...{ rule, switched, onSwitched }} />}
      </div>
      <p class="rule-words">
        {when.map((phrase) => (
          <span key={phrase} class="chip">
            {phrase}
          </span>
        ))}
        {not.map((phrase) => (
          <span key={phrase} class="chip not">
            {phrase}
          </span>
        ))}
      </p>
      <p class="soft">
        {cameras === null ? words.allCameras : cameras.map(cameraName).join(', ')} · {thresholdSummary(rule)}
      </p>
    </li>
  );
}
