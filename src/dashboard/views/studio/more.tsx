import { Field } from '../../parts/field.js';
import { words } from '../../words.js';
import { DEFAULTS, type RuleDraft } from './draft.js';
import type { Editing } from './editing.js';

type Calibrate = NonNullable<RuleDraft['calibrate']>;

/** What few rules need. */
export function More({ draft, change, problemOf }: Editing) {
  const text = words.studio.more;
  const { calibrate = {} } = draft;
  const setCalibrate = (changes: { [K in keyof Calibrate]?: Calibrate[K] | undefined }) => {
    const said = Object.entries({ ...calibrate, ...changes }).filter(([, value]) => value !== undefined);
    change({ calibrate: said.length > 0 ? Object.fromEntries(said) : undefined });
  };
  return (
    <>
      <fieldset class="choice">
        <legend>{text.switches}</legend>
        <label>
          <input
            type="checkbox"
            checked={draft.enabled ?? true}
            onChange={({ currentTarget }) => change({ enabled: currentTarget.checked ? undefined : false })}
          />
          {text.enabled}
        </label>
        <label>
          <input
            type="checkbox"
            checked={calibrate.adapt ?? DEFAULTS.calibrate.adapt}
            onChange={({ currentTarget }) =>
              setCalibrate({ adapt: currentTarget.checked ? undefined : false })
            }
          />
          {text.adapt}
        </label>
      </fieldset>
      <div class="fields narrow">
        {(['min', 'warmup'] as const).map((key) => (
          <Field key={key} label={text[key]} problem={problemOf(`calibrate.${key}`)}>
            {(ids) => (
              <input
                {...ids}
                value={calibrate[key] ?? ''}
                placeholder={DEFAULTS.calibrate[key]}
                autocomplete="off"
                onInput={({ currentTarget }) =>
                  setCalibrate({ [key]: currentTarget.value.trim() || undefined })
                }
              />
            )}
          </Field>
        ))}
        <Field label={text.deviceClass} problem={problemOf('device_class')}>
          {(ids) => (
            <input
              {...ids}
              value={draft.device_class ?? ''}
              placeholder={text.none}
              autocomplete="off"
              onInput={({ currentTarget }) =>
                change({
                  device_class: (currentTarget.value.trim() || undefined) as RuleDraft['device_class'],
                })
              }
            />
          )}
        </Field>
      </div>
    </>
  );
}
