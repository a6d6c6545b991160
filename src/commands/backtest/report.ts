import { join } from 'node:path';
import { type BacktestEvent, type BacktestRow, GAP_TEXTS } from '../../backtest/result.js';
import { type ReportSection, reportPage, table } from '../../report/page.js';
import { COLOURS, escapeText } from '../../report/svg.js';
import { thumbnail } from '../../report/thumbnail.js';
import { type TimelineLane, timeline } from '../../report/timeline.js';
import { formatMoment } from '../calibrate/rows.js';
import { CELL_TITLES, cellsOf, eventText } from './print.js';

/** Pictures of one rule on one camera: a page of all would be of many megabytes. */
const MOST_PICTURES = 24;

const COLOUR_OF = {
  new: COLOURS[0],
  same: COLOURS[0],
  gained: COLOURS[2],
  lost: COLOURS[3],
  untested: COLOURS[4],
} satisfies Record<BacktestEvent['change'], string>;

/** A backtest as a page: of each rule and camera what it raises, what was raised before, and gaps. */
export async function backtestPage(
  rows: readonly BacktestRow[],
  { folder }: { folder: string },
): Promise<string> {
  const sections: ReportSection[] = [
    { title: 'Summary', text: '', body: table(CELL_TITLES, rows.map(cellsOf)), wide: true },
  ];
  for (const row of rows.filter(hasSomething)) sections.push(await sectionOf(row, folder));
  return reportPage({
    title: 'Backtest',
    lead:
      'Rules tried on what was stored. Blue: raised before and now; green: gained; red: lost; grey: raised before, where nothing is stored to try the rules on. ' +
      'Hatched: gaps, which say nothing of the rule; where there is neither an event nor a gap, only the summary has it. Mutes and budgets that were switched are not replayed.',
    sections,
  });
}

function hasSomething({ events, gaps, old }: BacktestRow): boolean {
  return events.length + gaps.length + (old?.events.length ?? 0) > 0;
}

async function sectionOf(row: BacktestRow, folder: string): Promise<ReportSection> {
  const { cameraId, ruleId, fromMs, toMs, gaps, events, old } = row;
  const hatched = gaps.map((gap) => ({
    ...gap,
    title: `${formatMoment(gap.fromMs)}: ${GAP_TEXTS[gap.reason]}`,
  }));
  const lane = (label: string, list: readonly BacktestEvent[]): TimelineLane => ({
    label,
    gaps: hatched,
    marks: list.map((event) => ({
      fromMs: event.startedAtMs,
      toMs: event.endedAtMs ?? event.startedAtMs,
      colour: COLOUR_OF[event.change],
      title: eventText(event),
    })),
  });
  const before = old?.source === 'stored' ? 'raised then' : 'other rules';
  const lanes = [...(old ? [lane(before, old.events)] : []), lane('these rules', events)];
  const drawn = timeline({ title: `${ruleId} on ${cameraId}`, fromMs, toMs, lanes, timeText: formatMoment });
  const changed = [...events, ...(old?.events ?? []).filter(({ change }) => change !== 'same')];
  const list = changed.sort((a, b) => a.startedAtMs - b.startedAtMs).map((event) => [eventText(event)]);
  return {
    title: `${ruleId} on ${cameraId}`,
    text: old ? `${old.gained} gained, ${old.lost} lost, ${old.same} the same` : '',
    body: `${drawn}${await pictures(old?.events ?? [], folder)}${list.length > 0 ? table(['events'], list) : ''}`,
    wide: true,
  };
}

async function pictures(events: readonly BacktestEvent[], folder: string): Promise<string> {
  const shown = events.filter(({ snapshot }) => snapshot !== undefined).slice(0, MOST_PICTURES);
  const figures = await Promise.all(
    shown.map(async ({ snapshot, change, startedAtMs }) => {
      const picture = await thumbnail(join(folder, snapshot!), null);
      return `<figure style="margin:0;max-width:280px">${picture}<figcaption>${escapeText(`${change} · ${formatMoment(startedAtMs)}`)}</figcaption></figure>`;
    }),
  );
  return figures.length === 0
    ? ''
    : `<div style="display:flex;flex-wrap:wrap;gap:.6rem;margin:.8rem 0">${figures.join('')}</div>`;
}
