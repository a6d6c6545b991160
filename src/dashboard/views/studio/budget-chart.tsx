import { formatRate, formatScore } from '../../format.js';
import { words } from '../../words.js';
import type { BudgetCosts } from './budget.js';
import { placeOf } from './budget-scale.js';

/** What a budget would have come to on the footage that is stored. */
export interface BudgetCost {
  perDay: number;
  events: number;
  /** Null: it is different on each camera, or not known. */
  threshold: number | null;
  /** Of the reviewed moments: true ones that are raised, false ones that still are. */
  kept: number;
  raised: number;
}

/** A column for each budget, as high as the events it would have raised; a click on one chooses it. */
export function BudgetChart({
  costs: { value, isPending, error },
  perDay,
  onChoose,
}: {
  costs: BudgetCosts;
  perDay: number;
  onChoose: (perDay: number) => void;
}) {
  const text = words.studio;
  if (value === null || value.length === 0)
    return <p class="note">{error ?? (isPending ? text.costsPending : text.costsUnknown)}</p>;
  const most = Math.max(1, ...value.map(({ events }) => events));
  return (
    <figure class={`costs ${isPending ? 'old' : ''}`}>
      <div class="columns">
        {value.map((cost) => (
          <button
            key={cost.perDay}
            type="button"
            aria-pressed={cost.perDay === perDay}
            style={{ left: `${100 * placeOf(cost.perDay)}%` }}
            title={tell(cost)}
            aria-label={`${text.aDay(formatRate(cost.perDay))}: ${tell(cost)}`}
            onClick={() => onChoose(cost.perDay)}
          >
            <span class="count">{cost.events}</span>
            <span class="column" style={{ height: `${(100 * cost.events) / most}%` }}>
              <span class="kept" style={{ height: share(cost.kept, cost.events) }} />
              <span class="raised" style={{ height: share(cost.raised, cost.events) }} />
            </span>
          </button>
        ))}
      </div>
      <figcaption>{text.costsTitle}</figcaption>
    </figure>
  );
}

function tell({ events, kept, raised, threshold }: BudgetCost): string {
  const text = words.studio;
  const parts = [text.events(events)];
  if (kept > 0) parts.push(text.reviewedTrue(kept));
  if (raised > 0) parts.push(text.reviewedFalse(raised));
  if (threshold !== null) parts.push(text.thresholdAt(formatScore(threshold)));
  return parts.join(', ');
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0' : `${Math.min(100, (100 * part) / whole)}%`;
}
