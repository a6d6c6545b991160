import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatRate, formatScore } from '../../format.js';
import { Field } from '../../parts/field.js';
import { words } from '../../words.js';
import { Basics } from './basics.js';
import { Budget } from './budget.js';
import { DEFAULTS, type RuleDraft } from './draft.js';
import type { Editing } from './editing.js';
import { Hours } from './hours.js';
import { LayoutFields } from './layout.js';
import { More } from './more.js';
import { costsOf } from './outcome-model.js';
import { RegionEditor } from './region.js';
import { type BudgetsResult, problemsOf, type RuleFileList } from './studio-api.js';
import { Timing } from './timing.js';
import type { Asked } from './use-asked.js';

/** Fields that show what is wrong with them. */
export const FIELDS = [
  ...[
    'id',
    'name',
    'when',
    'not',
    'cameras',
    'budget',
    'threshold',
    'confirm',
    'for',
    'clear_for',
    'cooldown',
  ],
  ...['hysteresis', 'remind_every', 'tiles.region', 'tiles.layout', 'active', 'device_class'],
  ...['calibrate.min', 'calibrate.warmup'],
];

/** All of a rule but its words. */
export function EditorFields({
  editing,
  budgets,
  isIdOwn,
  onOwnId,
  files,
  file,
  onFile,
}: {
  editing: Editing;
  budgets: Asked<BudgetsResult>;
  isIdOwn: boolean;
  onOwnId: (isOwn: boolean) => void;
  /** null: the rule has its place already. */
  files: RuleFileList | null;
  file: string | null;
  onFile: (file: string) => void;
}) {
  const { sections } = words.studio;
  const { draft, problemOf } = editing;
  const isWrong = (...fields: string[]) => fields.some((field) => problemOf(field) !== undefined);
  const costs = {
    value: budgets.value && costsOf(budgets.value),
    isPending: budgets.isPending,
    error: budgets.error && problemsOf(budgets.error).length === 0 ? budgets.error.message : null,
  };
  return (
    <div class="studio-fields">
      <section class="card part" aria-label={sections.threshold}>
        <h2>{sections.threshold}</h2>
        <Budget {...editing} costs={costs} />
      </section>
      <section class="card part" aria-label={sections.rule}>
        <h2>{sections.rule}</h2>
        <Basics {...editing} isIdOwn={isIdOwn} onOwnId={onOwnId} />
        {files && files.files.length > 1 && <FileField {...{ files, file, onFile }} />}
      </section>
      <Part
        title={sections.timing}
        summary={timingSummary(draft)}
        isWrong={isWrong('confirm', 'for', 'clear_for', 'cooldown', 'hysteresis', 'remind_every')}
      >
        <Timing {...editing} />
      </Part>
      <Part title={sections.where} summary={whereSummary(draft)} isWrong={isWrong('tiles')}>
        <RegionEditor {...editing} />
        <LayoutFields {...editing} />
      </Part>
      <Part title={sections.hours} summary={hoursSummary(draft)} isWrong={isWrong('active')}>
        <Hours {...editing} />
      </Part>
      <Part title={sections.more} summary="" isWrong={isWrong('calibrate', 'device_class')}>
        <More {...editing} />
      </Part>
    </div>
  );
}

/** Fields that are opened when they are needed; what they say stands beside their title. */
function Part({
  title,
  summary,
  isWrong,
  children,
}: {
  title: string;
  summary: string;
  isWrong: boolean;
  children: ComponentChildren;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    // Only opened: what somebody looks at is not closed once it is mended.
    if (isWrong) details.current!.open = true;
  }, [isWrong]);
  return (
    <details class="card part" ref={details}>
      <summary>
        <h2>{title}</h2>
        <span class="soft">{summary}</span>
      </summary>
      {children}
    </details>
  );
}

function FileField({
  files,
  file,
  onFile,
}: {
  files: RuleFileList;
  file: string | null;
  onFile: (file: string) => void;
}) {
  return (
    <Field label={words.studio.into}>
      {(ids) => (
        <select {...ids} value={file ?? ''} onChange={({ currentTarget }) => onFile(currentTarget.value)}>
          {files.files.map(({ file: name, writable }) => (
            <option key={name} value={name} disabled={!writable}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function timingSummary({ confirm, clear_for }: RuleDraft): string {
  const { k = DEFAULTS.confirm.k, n = DEFAULTS.confirm.n } = confirm ?? {};
  return words.studio.timing.summary(k, n, clear_for ?? DEFAULTS.clear_for);
}

function whereSummary({ tiles }: RuleDraft): string {
  const text = words.studio.region;
  return tiles?.region ? text.part(tiles.region.length) : text.all;
}

function hoursSummary({ active }: RuleDraft): string {
  if (!active) return words.studio.hours.alwaysShort;
  const { days = DEFAULTS.active.days, hours = DEFAULTS.active.hours } = active;
  return `${days.join(', ')} ${hours}`;
}

/** How a rule's threshold is found, in a few words. */
export function thresholdSummary({
  threshold,
  budgetPerDay,
}: {
  threshold: number | null;
  budgetPerDay: number | null;
}): string {
  const text = words.studio;
  if (threshold !== null) return text.list.fixed(formatScore(threshold));
  return budgetPerDay === null ? text.list.byDefault : text.aDay(formatRate(budgetPerDay));
}
