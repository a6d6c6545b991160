import { writeFile } from 'node:fs/promises';
import type { DetectionEvent } from '../../detect/event.js';
import type { CalibrationRow, PeakRow } from '../../pipeline/calibration-rows.js';
import { type ReportSection, reportPage, table } from '../../report/page.js';
import { escapeText } from '../../report/svg.js';
import { THUMBNAIL_WIDTH_PX, thumbnail } from '../../report/thumbnail.js';
import type { MomentStore } from '../../store/moment-store.js';
import { expectedText, formatMoment, warningsOf } from './rows.js';

/** What {@link writeCalibrationReport} needs. */
export interface CalibrationReportOptions {
  rows: readonly CalibrationRow[];
  moments: MomentStore;
  /** File of a moment's picture. */
  pictureOf: (id: string) => string;
  /** Where to. */
  file: string;
}

/** Writes a page with each rule's threshold on each camera and the pictures of its highest peaks, in one file. */
export async function writeCalibrationReport(options: CalibrationReportOptions): Promise<void> {
  const sections: ReportSection[] = [];
  for (const row of options.rows) sections.push(await sectionOf(row, options));
  const lead =
    'Thresholds of rules with a budget, worked out from each camera’s own footage, and the highest peaks of that footage. ' +
    'If a picture shows what its rule is for, it was no false alarm: type "wordwatch review true" and the id below it, and the threshold is worked out without it. ' +
    'How scores of a real CLIP behave on real footage over weeks has not been measured yet: trust the state, and look at the pictures.';
  await writeFile(options.file, reportPage({ title: 'Calibration', lead, sections }));
}

async function sectionOf(
  row: CalibrationRow,
  { moments, pictureOf }: CalibrationReportOptions,
): Promise<ReportSection> {
  const facts = table(
    ['threshold', 'state', 'footage', 'false alarms a day'],
    [[row.threshold.toFixed(2), row.state, `${row.observedHours.toFixed(1)} h`, expectedText(row)]],
  );
  const figures = await Promise.all(
    row.peaks.map(async (peak) =>
      figureOf(peak, { file: pictureOf(peak.id), tile: moments.get(peak.id)?.tile }),
    ),
  );
  const none = '<p>No peak stands out.</p>';
  return {
    title: `${row.ruleId} on ${row.cameraId}`,
    text: warningsOf(row).join('. '),
    body: `${facts}<div style="display:flex;flex-wrap:wrap;gap:.6rem;margin-top:.8rem">${figures.join('') || none}</div>`,
  };
}

async function figureOf(
  { id, score, atMs, verdict }: PeakRow,
  { file, tile }: { file: string; tile: DetectionEvent['tile'] | undefined },
): Promise<string> {
  const said = verdict === null ? '' : ` · ${verdict}`;
  const words = escapeText(`${score.toFixed(2)} · ${formatMoment(atMs)}${said}`);
  return `<figure style="margin:0;max-width:${THUMBNAIL_WIDTH_PX}px">${await thumbnail(file, tile?.box ?? null)}<figcaption>${words}<br><code style="font-size:.75em">${escapeText(id)}</code></figcaption></figure>`;
}
