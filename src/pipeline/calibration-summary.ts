import { setImmediate as breathe } from 'node:timers/promises';
import type { CalibrationSummary } from '../rules/calibration/index.js';
import type { CalibrationKeeper } from './calibration-keeper.js';
import { type CalibratedPair, calibratedPairs } from './calibration-rows.js';
import type { RuleBook } from './rule-book.js';

/** Looking for true events among peaks takes milliseconds for each calibration: frames must not wait for all of them. */
const BREATHE_AFTER_MS = 10;

/** A part of {@link summariesOf}. */
export interface SummaryPage {
  /** null: all. */
  ruleId: string | null;
  offset: number;
  limit: number;
}

/** How a rule's threshold on a camera stands, without its peaks. */
export type CalibrationSummaryRow = Pick<CalibratedPair, 'cameraId' | 'ruleId'> &
  CalibrationSummary & { budgetPerDay: number };

/** Summaries of calibrated rules of the cameras, in their order, and how many there are in all. */
export async function summariesOf(
  parts: { calibrations: CalibrationKeeper; book: RuleBook; cameraIds: readonly string[] },
  { ruleId, offset, limit }: SummaryPage,
): Promise<{ total: number; rows: CalibrationSummaryRow[] }> {
  const pairs = calibratedPairs(parts).filter((pair) => ruleId === null || pair.ruleId === ruleId);
  const rows: CalibrationSummaryRow[] = [];
  let startedMs = performance.now();
  for (const { cameraId, ruleId, live } of pairs.slice(offset, offset + limit)) {
    const { calibration } = live;
    rows.push({ cameraId, ruleId, budgetPerDay: calibration.budgetPerDay, ...calibration.summary() });
    if (performance.now() - startedMs < BREATHE_AFTER_MS) continue;
    await breathe();
    startedMs = performance.now();
  }
  return { total: pairs.length, rows };
}
