import { useId } from 'preact/hooks';
import { formatRate } from '../../format.js';
import { words } from '../../words.js';
import { BudgetChart, type BudgetCost } from './budget-chart.js';
import { LEAST, MOST, perDayAt, placeOf } from './budget-scale.js';
import type { Changes, Editing } from './editing.js';
import { NumberField } from './number-field.js';

/** Where a fixed score begins when somebody asks for one: what most models mean by "rather like it". */
const FIRST_THRESHOLD = 4;
const FIRST_BUDGET = 1;
/** Written under the slider. */
const MARKS = [LEAST, 1, 5, MOST];

type Mode = 'budget' | 'fixed' | 'default';

/** How many false alarms one can live with, or a fixed score. */
export function Budget({ draft, change, problemOf, costs }: Editing & { costs: BudgetCosts }) {
  const text = words.studio;
  const mode: Mode = (draft.threshold ?? null) !== null ? 'fixed' : draft.budget ? 'budget' : 'default';
  const modes: Record<Mode, Changes> = {
    budget: { budget: draft.budget ?? { false_alarms_per_day: FIRST_BUDGET }, threshold: undefined },
    fixed: { budget: undefined, threshold: draft.threshold ?? FIRST_THRESHOLD },
    default: { budget: undefined, threshold: undefined },
  };
  return (
    <>
      <fieldset class="choice">
        <legend>{text.threshold}</legend>
        {(Object.keys(modes) as Mode[]).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="threshold-by"
              checked={mode === name}
              onChange={() => change(modes[name])}
            />
            {text.thresholdBy[name]}
          </label>
        ))}
      </fieldset>
      {mode === 'budget' && (
        <Slider
          perDay={draft.budget?.false_alarms_per_day ?? FIRST_BUDGET}
          problem={problemOf('budget')}
          costs={costs}
          onChange={(perDay) => change({ budget: { false_alarms_per_day: perDay } })}
        />
      )}
      {mode === 'fixed' && (
        <NumberField
          label={text.fixedScore}
          hint={text.noPromise}
          problem={problemOf('threshold')}
          value={draft.threshold ?? undefined}
          {...{ min: -1000, max: 1000, step: 0.1 }}
          onChange={(threshold) => change({ threshold: threshold ?? FIRST_THRESHOLD })}
        />
      )}
      {mode === 'default' && <p class="note">{text.defaultThreshold}</p>}
    </>
  );
}

/** What each budget costs, as far as it is known. */
export interface BudgetCosts {
  value: readonly BudgetCost[] | null;
  isPending: boolean;
  error: string | null;
}

function Slider({
  perDay,
  problem,
  costs,
  onChange,
}: {
  perDay: number;
  problem: string | undefined;
  costs: BudgetCosts;
  onChange: (perDay: number) => void;
}) {
  const text = words.studio;
  const id = useId();
  return (
    <div class={`budget ${problem ? 'wrong' : ''}`}>
      <div class="budget-head">
        <label for={id}>{text.budget}</label>
        <strong>{text.aDay(formatRate(perDay))}</strong>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.005}
        value={placeOf(perDay)}
        aria-valuetext={text.aDay(formatRate(perDay))}
        onInput={({ currentTarget }) => onChange(perDayAt(currentTarget.valueAsNumber))}
      />
      <div class="budget-ends" aria-hidden="true">
        {MARKS.map((mark) => (
          <span key={mark} style={{ left: `${100 * placeOf(mark)}%` }}>
            {mark === LEAST ? text.everyDays(Math.round(1 / LEAST)) : text.aDay(String(mark))}
          </span>
        ))}
      </div>
      <BudgetChart costs={costs} perDay={perDay} onChoose={onChange} />
      {problem && <p class="note">{problem}</p>}
    </div>
  );
}
