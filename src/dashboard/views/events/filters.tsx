import type { Severity, Verdict } from '../../../detect/event.js';
import { CameraSelect, RuleSelect } from '../../parts/selects.js';
import type { QueryValues } from '../../router.js';
import { replaceQuery } from '../../router.js';
import { words } from '../../words.js';

const NAMES = ['camera', 'rule', 'severity', 'state', 'verdict', 'since', 'until'] as const;
type FilterName = (typeof NAMES)[number];

/** Filters as the address of the page has them; days as `2026-05-01`, in the viewer's zone. */
export type Filters = Partial<Record<FilterName, string>>;

const text = words.history;
const CHOICES = {
  severity: { all: text.allSeverities, options: words.severity satisfies Record<Severity, string> },
  state: { all: text.allStates, options: text.states },
  verdict: { all: text.allVerdicts, options: text.verdicts satisfies Record<Verdict | 'none', string> },
} as const;

/** Those of an address that mean something. */
export function filtersIn(query: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const name of NAMES) {
    const value = query.get(name);
    if (value === null || value === '') continue;
    const isDay = name === 'since' || name === 'until';
    if (isDay && Number.isNaN(startOfDay(value))) continue;
    if (name in CHOICES && !(value in CHOICES[name as keyof typeof CHOICES].options)) continue;
    filters[name] = value;
  }
  return filters;
}

/** The same as the program is asked for them. */
export function askedFor({ since, until, ...filters }: Filters): QueryValues {
  return {
    ...filters,
    ...(since ? { since: startOfDay(since) } : {}),
    ...(until ? { until: startOfDay(until, 1) } : {}),
  };
}

/** Midnight at which a day begins where the viewer is; NaN: it is none. */
function startOfDay(day: string, later = 0): number {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  return new Date(Number(year), Number(month) - 1, Number(date) + later).getTime();
}

/** Chooses which events are shown; the choice stands in the address. */
export function FilterBar({ filters }: { filters: Filters }) {
  const change = (changes: Filters) => replaceQuery({ ...filters, ...changes });
  const picked = (name: FilterName) => (id: string | null) => change({ [name]: id ?? '' });
  return (
    <search class="filters" aria-label={text.filters}>
      <CameraSelect value={filters.camera ?? null} onChange={picked('camera')} label={text.filter.camera} />
      <RuleSelect value={filters.rule ?? null} onChange={picked('rule')} label={text.filter.rule} />
      {(['severity', 'state', 'verdict'] as const).map((name) => (
        <select
          key={name}
          name={name}
          aria-label={text.filter[name]}
          value={filters[name] ?? ''}
          onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
        >
          <option value="">{CHOICES[name].all}</option>
          {Object.entries(CHOICES[name].options).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      ))}
      {(['since', 'until'] as const).map((name) => (
        <label key={name} class="day">
          <span>{text.filter[name]}</span>
          <input
            type="date"
            value={filters[name] ?? ''}
            onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
          />
        </label>
      ))}
      {Object.keys(filters).length > 0 && (
        <button type="button" onClick={() => replaceQuery({})}>
          {text.clearFilters}
        </button>
      )}
    </search>
  );
}
