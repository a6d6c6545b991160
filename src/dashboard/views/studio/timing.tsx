import { Field } from '../../parts/field.js';
import { words } from '../../words.js';
import { DEFAULTS, type RuleDraft } from './draft.js';
import type { Editing } from './editing.js';
import { NumberField } from './number-field.js';
import { TimingDrawing } from './timing-drawing.js';
import { timingOf } from './timing-example.js';

const TIMES = ['for', 'clear_for', 'cooldown'] as const;

/** When an event starts and ends, with an example drawn of it. */
export function Timing(editing: Editing) {
  const { draft, change, problemOf } = editing;
  const text = words.studio.timing;
  const { k, n } = draft.confirm ?? {};
  const setConfirm = (confirm: NonNullable<RuleDraft['confirm']>) => {
    const said = Object.entries(confirm).filter(([, value]) => value !== undefined);
    change({ confirm: said.length > 0 ? Object.fromEntries(said) : undefined });
  };
  const timing = timingOf(draft);
  return (
    <>
      {timing && <TimingDrawing timing={timing} />}
      <div class="fields narrow">
        <NumberField
          label={text.k}
          problem={problemOf('confirm')}
          value={k}
          byDefault={DEFAULTS.confirm.k}
          {...{ min: 1, max: 60, step: 1 }}
          onChange={(value) => setConfirm({ k: value, n })}
        />
        <NumberField
          label={text.n}
          value={n}
          byDefault={DEFAULTS.confirm.n}
          {...{ min: 1, max: 60, step: 1 }}
          onChange={(value) => setConfirm({ k, n: value })}
        />
        {TIMES.map((key) => (
          <TimeField key={key} {...editing} field={key} byDefault={DEFAULTS[key]} />
        ))}
        <NumberField
          label={text.hysteresis}
          problem={problemOf('hysteresis')}
          value={draft.hysteresis}
          byDefault={DEFAULTS.hysteresis}
          {...{ min: 0, max: 100, step: 0.1 }}
          onChange={(hysteresis) => change({ hysteresis })}
        />
        <TimeField {...editing} field="remind_every" byDefault={text.never} />
      </div>
      <p class="note">{text.hint}</p>
    </>
  );
}

/** A duration as files have it: `10s`, `1.5h`. */
function TimeField({
  draft,
  change,
  problemOf,
  field,
  byDefault,
}: Editing & { field: (typeof TIMES)[number] | 'remind_every'; byDefault: string }) {
  return (
    <Field label={words.studio.timing[field]} problem={problemOf(field)}>
      {(ids) => (
        <input
          {...ids}
          value={draft[field] ?? ''}
          placeholder={byDefault}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ [field]: currentTarget.value.trim() || undefined })}
        />
      )}
    </Field>
  );
}
