import { timeZone } from '../../data/state.js';
import { words } from '../../words.js';
import { type Day, daysOf, hoursOf, hoursText, rangesOf, WEEK } from './days.js';
import { DEFAULTS } from './draft.js';
import type { Editing } from './editing.js';

/** Days and hours in which a rule watches, in the cameras' zone. */
export function Hours({ draft, change, problemOf }: Editing) {
  const text = words.studio.hours;
  const active = draft.active ?? null;
  const days = daysOf(active?.days ?? DEFAULTS.active.days);
  const hours = hoursOf(active?.hours ?? DEFAULTS.active.hours);
  const setHours = (changes: Partial<typeof hours>) =>
    change({ active: { ...active, hours: hoursText({ ...hours, ...changes }) } });
  const toggle = (day: Day) => {
    const next = new Set(days);
    if (!next.delete(day)) next.add(day);
    change({ active: { ...active, days: rangesOf(next) } });
  };
  return (
    <fieldset class="choice">
      <legend>{text.label(timeZone.value)}</legend>
      <label>
        <input
          type="checkbox"
          checked={active === null}
          onChange={() => change({ active: active === null ? { hours: DEFAULTS.active.hours } : undefined })}
        />
        {text.always}
      </label>
      {active !== null && (
        <>
          {WEEK.map((day) => (
            <label key={day}>
              <input type="checkbox" checked={days.has(day)} onChange={() => toggle(day)} />
              {text.days[day]}
            </label>
          ))}
          {(['from', 'to'] as const).map((end) => (
            <label key={end}>
              {text[end]}
              <input
                type="time"
                required
                value={hours[end]}
                onInput={({ currentTarget }) =>
                  currentTarget.value && setHours({ [end]: currentTarget.value })
                }
              />
            </label>
          ))}
          {hours.from >= hours.to && hours.to !== '00:00' && <p class="note">{text.passesMidnight}</p>}
        </>
      )}
      {problemOf('active') && <p class="note bad">{problemOf('active')}</p>}
    </fieldset>
  );
}
