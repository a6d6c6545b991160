import { writeFile } from 'node:fs/promises';
import { simulationReport } from '../../report/simulation-report.js';
import { measureCost } from '../../simulate/cost.js';
import { BUDGETS } from '../../simulate/holdout.js';
import {
  LONG,
  mean,
  QUICK,
  ratiosOf,
  type Simulation,
  simulate,
  summarise,
} from '../../simulate/simulate.js';
import type { Output } from '../output.js';

/** What {@link runSimulation} is asked to do. */
export interface SimulationOptions {
  /** The short version, as the tests run it. */
  quick: boolean;
  /** Where the HTML report goes; null: nowhere. */
  report: string | null;
  output: Output;
}

/**
 * Measures calibrated thresholds on simulated cameras, whose truth is known.
 * @returns the exit code
 */
export async function runSimulation({ quick, report, output }: SimulationOptions): Promise<number> {
  let shown = -1;
  const simulation = simulate(quick ? QUICK : LONG, (done) => {
    const percent = Math.floor(100 * done);
    // A log that is no terminal gets a line every tenth part.
    if (output.isTerminal ? percent === shown : percent < shown + 10) return;
    shown = percent;
    output.stderr(output.isTerminal ? `\r\x1b[2Ksimulating: ${percent} %` : `simulating: ${percent} %\n`);
  });
  if (output.isTerminal) output.stderr('\r\x1b[2K');
  if (report !== null) {
    await writeFile(report, simulationReport(simulation));
    output.stderr(`report: ${report}\n`);
  }
  if (output.json) output.stdout(`${JSON.stringify(summarise(simulation))}\n`);
  else output.stdout(describe(simulation));
  return 0;
}

function describe(simulation: Simulation): string {
  const { size, holdout, week, certified, hidden } = simulation;
  const summary = summarise(simulation);
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const budgets = BUDGETS.map((budget) => {
    const ratios = ratiosOf(holdout, budget);
    return `  budget ${budget} a day: achieved/requested ${mean(ratios).toFixed(2)}, worst camera ${Math.max(...ratios).toFixed(2)}`;
  });
  return `${[
    `${size.cameras} cameras, 48 h of calibration, ${holdout.days} days watched:`,
    ...budgets,
    `  recall of true events ${holdout.recall.toFixed(2)}; with one threshold for all cameras and as many false alarms ${holdout.globalRecall.toFixed(2)} (${summary.recallOverGlobal.toFixed(2)} times)`,
    `a week from 6 h on, with the controller: ${week.perDay.map((count) => count.toFixed(2)).join(' ')} a day; achieved/requested from the third day ${summary.controllerWeek.toFixed(2)}`,
    `certified: ${certified.broken} of ${certified.tried} cameras with an alarm in the held-out hour (at most ${certified.allowed})`,
    `ten true events in 24 h of calibration: recall ${hidden.recallClean.toFixed(2)} without them, ${hidden.recallDirty.toFixed(2)} with, ${hidden.recallReviewed.toFixed(2)} after review of the 20 highest peaks`,
    `  the guard speaks up on ${percent(hidden.flaggedDirty)} of the cameras with events and ${percent(hidden.flaggedClean)} of the clean ones`,
    describeCost(),
  ].join('\n')}\n`;
}

function describeCost(): string {
  const { partOfCore, megabytes, daySeconds } = measureCost();
  return (
    `cost: 100 rules × 16 cameras × 11 tiles at 1 frame a second take ${(100 * partOfCore).toFixed(1)} % of a core and ${megabytes.toFixed(0)} MB; ` +
    `a day of scores is calibrated anew in ${daySeconds.toFixed(2)} s`
  );
}
