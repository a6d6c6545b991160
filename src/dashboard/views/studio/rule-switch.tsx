import { useState } from 'preact/hooks';
import type { SwitchChange } from '../../../shared/rule-switch.js';
import { postJson } from '../../data/api.js';
import { asApiError } from '../../data/resource.js';
import { mayControl, nowMs } from '../../data/state.js';
import { formatTime } from '../../format.js';
import { toast } from '../../parts/toasts.js';
import { words } from '../../words.js';
import type { SwitchInfo } from './studio-api.js';

const SNOOZES_MIN = [15, 60, 480, 1440];

/** Switches a rule on and off, or makes it be quiet for a while, on all of its cameras. */
export function RuleSwitch({
  rule: { id, name },
  switched,
  onSwitched,
}: {
  rule: { id: string; name: string };
  switched: readonly SwitchInfo[];
  onSwitched: () => void;
}) {
  const text = words.studio.list;
  const [isBusy, setIsBusy] = useState(false);
  const on = switched.filter(({ enabled }) => enabled).length;
  const quietUntilMs = Math.max(0, ...switched.map(({ snoozedUntilMs }) => snoozedUntilMs ?? 0));
  const isQuiet = quietUntilMs > nowMs.value;
  const change = async (input: SwitchChange, undo: SwitchChange | null) => {
    setIsBusy(true);
    try {
      await postJson(`/api/rules/${id}/switch`, input);
      onSwitched();
      if (undo) {
        const said = input.enabled || input.snoozeMin === 0 ? text.switchedOn(name) : text.switchedOff(name);
        toast(said, { undo: () => void change(undo, null) });
      }
    } catch (error) {
      toast(asApiError(error).message);
    } finally {
      setIsBusy(false);
    }
  };
  const isDisabled = !mayControl.value || isBusy;
  return (
    <span class="switches">
      {isQuiet ? (
        <>
          <span class="soft">{text.until(formatTime(quietUntilMs, nowMs.value))}</span>
          <button
            type="button"
            disabled={isDisabled}
            onClick={() =>
              change({ snoozeMin: 0 }, { snoozeMin: Math.ceil((quietUntilMs - nowMs.peek()) / 60_000) })
            }
          >
            {text.wake}
          </button>
        </>
      ) : (
        <Snooze
          {...{ name, isDisabled }}
          onChoose={(snoozeMin) => void change({ snoozeMin }, { snoozeMin: 0 })}
        />
      )}
      {on > 0 && on < switched.length && <span class="soft">{text.mixed}</span>}
      <button
        type="button"
        role="switch"
        class="switch"
        aria-label={text.on(name)}
        title={text.on(name)}
        aria-checked={on > 0}
        disabled={isDisabled}
        onClick={() => change({ enabled: on === 0 }, { enabled: on > 0 })}
      />
    </span>
  );
}

function Snooze({
  name,
  isDisabled,
  onChoose,
}: {
  name: string;
  isDisabled: boolean;
  onChoose: (snoozeMin: number) => void;
}) {
  const text = words.studio.list;
  return (
    <select
      aria-label={text.snooze(name)}
      value=""
      disabled={isDisabled}
      onChange={({ currentTarget: select }) => {
        const snoozeMin = Number(select.value);
        select.value = '';
        onChoose(snoozeMin);
      }}
    >
      <option value="">{text.snoozeFor}</option>
      {SNOOZES_MIN.map((minutes) => (
        <option key={minutes} value={minutes}>
          {text.minutes[minutes]}
        </option>
      ))}
    </select>
  );
}
