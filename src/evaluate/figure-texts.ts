import type { Estimate, Estimates } from './bootstrap.js';
import type { MeasuredGroup } from './evaluate.js';
import { FIGURES, type FigureName } from './figures.js';

/** What figures are called, in tables. */
const TITLES: Record<FigureName, string> = {
  recall: 'recall',
  precision: 'precision',
  falseAlarmsPerDay: 'false alarms a camera-day',
  delayMedianMs: 'time to detect, median',
  delayP90Ms: 'time to detect, 90 %',
  missesAt1PerDay: 'missed at 1 a day',
  missesAt10PerDay: 'missed at 10 a day',
  missesAt100PerDay: 'missed at 100 a day',
  frameAuc: 'frame AUC',
};

/** Titles of the columns of {@link groupRow}. */
export const GROUP_HEAD: readonly string[] = [
  '',
  'found',
  'false alarms',
  ...FIGURES.map((name) => TITLES[name]),
];

/** A group in a row of texts: its counts and its figures, each with its interval. */
export function groupRow({ kind, name, counts, estimates }: MeasuredGroup): string[] {
  const isSize = kind === 'size';
  return [
    isSize ? `${name} things` : name,
    `${counts.found} of ${counts.labels}`,
    isSize ? '–' : String(counts.falseAlarms),
    ...FIGURES.map((figure) => estimateText(figure, estimates[figure])),
  ];
}

/** Titles of the columns of {@link differenceRow}. */
export const DIFFERENCE_HEAD: readonly string[] = ['', ...FIGURES.map((name) => TITLES[name])];

/** How much higher figures are, in a row of texts. */
export function differenceRow({
  kind,
  name,
  estimates,
}: Pick<MeasuredGroup, 'kind' | 'name'> & { estimates: Estimates }): string[] {
  return [
    kind === 'size' ? `${name} things` : name,
    ...FIGURES.map((figure) => estimateText(figure, estimates[figure], { signed: true })),
  ];
}

/** `0.86 (0.62–1.00)`, or of a difference `+0.12 (-0.05 to +0.31)` */
function estimateText(name: FigureName, { value, low, high }: Estimate, { signed = false } = {}): string {
  if (value === null) return '–';
  const text = (number: number) => `${signed && number > 0 ? '+' : ''}${numberText(name, number)}`;
  const shown = `${text(value)}${name.endsWith('Ms') ? ' s' : ''}`;
  if (low === null || high === null || text(low) === text(high)) return shown;
  return `${shown} (${text(low)}${signed ? ' to ' : '–'}${text(high)})`;
}

function numberText(name: FigureName, value: number): string {
  if (name.endsWith('Ms')) return (value / 1000).toFixed(1);
  if (name !== 'falseAlarmsPerDay') return value.toFixed(2);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
