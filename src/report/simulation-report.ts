import type { HeldOut } from '../simulate/holdout.js';
import { mean, ratiosOf, type Simulation, summarise } from '../simulate/simulate.js';
import { reportPage, table } from './page.js';
import { COLOURS, plot } from './svg.js';

/** The simulation as an HTML page with plots. */
export function simulationReport(simulation: Simulation): string {
  const { size } = simulation;
  return reportPage({
    title: 'Calibrated thresholds, simulated',
    lead:
      `${size.cameras} made-up cameras with 11 tiles: correlated, heavy-tailed noise, bursts, day and infrared, a motion gate, one frame every 4 s. ` +
      'Their truth is known, so false alarms can be counted. Nothing here shows that margins of a real model on real footage behave like this.',
    sections: [
      targets(simulation),
      requested(simulation),
      reliability(simulation),
      week(simulation),
      delays(simulation),
      contamination(simulation),
    ],
  });
}

function targets(simulation: Simulation) {
  const found = summarise(simulation);
  const { holdout, certified, hidden } = simulation;
  const perBudget = [0.5, 1, 5].map((budget) => {
    const ratios = ratiosOf(holdout, budget);
    return [
      `false alarms achieved / requested, ${budget} a day: mean (worst camera)`,
      `${mean(ratios).toFixed(2)} (${Math.max(...ratios).toFixed(2)})`,
      '0.5–2 (≤ 5)',
    ];
  });
  const rows = [
    ...perBudget,
    ['… with the controller, days 3–7 after 6 h', found.controllerWeek.toFixed(2), '0.5–2'],
    [
      'certified cameras with an alarm in the held-out hour',
      `${certified.broken} of ${certified.tried}`,
      `≤ ${certified.allowed}`,
    ],
    [
      'recall, over one threshold for all cameras',
      `${holdout.recall.toFixed(2)} / ${holdout.globalRecall.toFixed(2)} = ${found.recallOverGlobal.toFixed(2)}`,
      '≥ 1.5',
    ],
    ['recall with ten hidden events, after review', hidden.recallReviewed.toFixed(2), '≥ 0.85'],
  ];
  return {
    title: 'Targets',
    text: 'Alarms are those of the real detector, on days that the calibration has not seen.',
    body: table(['', 'measured', 'target'], rows),
  };
}

const DECADES = [0.1, 0.2, 0.5, 1, 2, 5, 10];
const logAxis = (label: string) => ({ label, from: 0.1, to: 20, log: true, ticks: DECADES });
const diagonal = (factor: number) =>
  [
    [0.1 / Math.min(1, factor), 0.1 * Math.max(1, factor)],
    [20 / Math.max(1, factor), 20 * Math.min(1, factor)],
  ] as const;

function requested({ holdout }: Simulation) {
  // Cameras side by side, else they hide each other.
  const spread = ({ camera, budgetPerDay }: HeldOut) => budgetPerDay * 1.25 ** ((camera % 21) / 10 - 1);
  const points = holdout.rows.map((row) => [spread(row), row.achievedPerDay] as const);
  return {
    title: 'Requested and achieved',
    text: `False alarms a day of each camera over ${holdout.days} days after 48 h of calibration, for budgets of 0.5, 1 and 5. Dashed: half and twice. None at all stands at the bottom.`,
    body: plot({
      title: 'Requested and achieved false alarms a day',
      x: logAxis('requested a day'),
      y: logAxis('achieved a day'),
      marks: [
        { kind: 'line', points: diagonal(1), colour: COLOURS[4] },
        { kind: 'line', points: diagonal(0.5), colour: COLOURS[4], dashed: true },
        { kind: 'line', points: diagonal(2), colour: COLOURS[4], dashed: true },
        { kind: 'points', points, colour: COLOURS[0] },
      ],
    }),
  };
}

/** Cameras with like expectations together, so that the mean of few alarms says something. */
function reliability({ holdout }: Simulation) {
  const rows = [...holdout.rows].sort((a, b) => a.expectedPerDay - b.expectedPerDay);
  const groups = Array.from({ length: 10 }, (_, i) =>
    rows.slice(Math.floor((i * rows.length) / 10), Math.floor(((i + 1) * rows.length) / 10)),
  ).filter(({ length }) => length > 0);
  const points = groups.map(
    (group) =>
      [
        mean(group.map(({ expectedPerDay }) => expectedPerDay)),
        mean(group.map(({ achievedPerDay }) => achievedPerDay)),
      ] as const,
  );
  return {
    title: 'Expected and achieved',
    text: 'The false alarms a day that each calibration says it expects, in ten groups of cameras and budgets, and what came.',
    body: plot({
      title: 'Expected and achieved false alarms a day',
      x: logAxis('expected a day'),
      y: logAxis('achieved a day'),
      marks: [
        { kind: 'line', points: diagonal(1), colour: COLOURS[4] },
        { kind: 'line', points, colour: COLOURS[1] },
        { kind: 'points', points, colour: COLOURS[1] },
      ],
    }),
  };
}

function week({ week: { perDay, budgetPerDay } }: Simulation) {
  const to = Math.max(2, Math.ceil(Math.max(...perDay)));
  return {
    title: 'The first week',
    text: 'False alarms a day, mean of the cameras, after 6 h of calibration, with refits and the controller.',
    body: plot({
      title: 'False alarms a day over the first week',
      x: { label: 'day', from: 0, to: 7, ticks: [1, 2, 3, 4, 5, 6, 7] },
      y: {
        label: 'false alarms a day',
        from: 0,
        to,
        ticks: [0, 0.5, 1, 1.5, 2].filter((tick) => tick <= to),
      },
      marks: [
        {
          kind: 'bars',
          bars: perDay.map((y, day) => ({ x0: day + 0.1, x1: day + 0.9, y })),
          colour: COLOURS[0],
        },
        {
          kind: 'line',
          points: [
            [0, budgetPerDay],
            [7, budgetPerDay],
          ],
          colour: COLOURS[1],
          dashed: true,
        },
      ],
    }),
  };
}

function delays({ holdout: { delaysMs } }: Simulation) {
  const seconds = delaysMs.map((ms) => ms / 1000).sort((a, b) => a - b);
  const width = 4;
  const bars = Array.from({ length: 15 }, (_, i) => ({
    x0: i * width,
    x1: (i + 1) * width,
    y: seconds.filter((s) => s >= i * width && s < (i + 1) * width).length / Math.max(1, seconds.length),
  }));
  const at = (part: number) => seconds[Math.floor(part * seconds.length)]?.toFixed(0) ?? '–';
  return {
    title: 'Time to detect',
    text: `Seconds from the beginning of a true event to its alarm, at a budget of 1 a day: median ${at(0.5)}, 90 % within ${at(0.9)}. Frames are 4 s apart, and two of three must agree.`,
    body: plot({
      title: 'Time to detect',
      x: { label: 'seconds', from: 0, to: 60, ticks: [0, 10, 20, 30, 40, 50, 60] },
      y: { label: 'part of the events found', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
      marks: [{ kind: 'bars', bars, colour: COLOURS[2] }],
    }),
  };
}

function contamination({ hidden }: Simulation) {
  const sides = [hidden.recallClean, hidden.recallDirty, hidden.recallReviewed];
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  return {
    title: 'Ten true events in the calibration',
    text:
      `Recall at 1 a day: calibrated on a clean day, on one with ten events, and after the true ones among the 20 highest peaks (${hidden.amongPeaks.toFixed(1)} of 10) were marked. ` +
      `The guard speaks up on ${percent(hidden.flaggedDirty)} of the cameras with events, and on ${percent(hidden.flaggedClean)} of the clean ones.`,
    body: plot({
      title: 'Recall, clean, contaminated and reviewed',
      x: { label: 'clean | contaminated | reviewed', from: 0, to: 3, ticks: [] },
      y: { label: 'recall', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
      marks: sides.map((y, i) => ({
        kind: 'bars' as const,
        bars: [{ x0: i + 0.2, x1: i + 0.8, y }],
        colour: COLOURS[[2, 3, 0][i]!]!,
      })),
    }),
  };
}
