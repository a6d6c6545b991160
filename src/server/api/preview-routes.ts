import { z } from 'zod';
import { BacktestRow } from '../../backtest/result.js';
import { Id } from '../../detect/event.js';
import { type AnyRoute, Refusal, route } from './route.js';

const Phrase = z.string().trim().min(1).max(300);

/** A rule to be tried. */
export const PreviewInput = z
  .strictObject({
    words: z.array(Phrase).min(1).max(16).describe('What is to be seen: wordings of the same thing'),
    not: z.array(Phrase).max(32).default([]).describe('What must not be taken for it'),
    threshold: z.number().min(-1000).max(1000).optional().describe('A fixed score'),
    budgetPerDay: z.number().gt(0).max(1000).optional().describe('False alarms a day, instead'),
    cameras: z.array(Id).min(1).max(256).optional().describe('Default: all of which something is stored'),
    sinceMs: z.number().optional().describe('Milliseconds since the epoch. Default: a day ago'),
    untilMs: z.number().optional().describe('Not included. Default: now'),
  })
  .refine(({ threshold, budgetPerDay }) => threshold === undefined || budgetPerDay === undefined, {
    path: ['budgetPerDay'],
    message: 'expected a threshold or a budget, not both',
  });
export type PreviewInput = z.output<typeof PreviewInput>;

/** What came of it. */
export const PreviewResult = z.strictObject({
  rows: z.array(BacktestRow).describe('One a camera'),
  otherModel: z.int().describe('Vectors that another model made, and that were left out'),
});
export type PreviewResult = z.output<typeof PreviewResult>;

/** Of what is not the question's fault. */
const STATUSES: Readonly<Record<string, number>> = {
  'vectors-missing': 404,
  'vectors-other-model': 404,
  'unknown-camera': 404,
  'preview-busy': 503,
  'backtest-stopped': 503,
};

/** Rules that are not in force yet. */
export const previewRoutes: readonly AnyRoute[] = [
  route({
    method: 'POST',
    path: '/api/rules/preview',
    summary: 'Tries a rule on what is stored: the events that it would have raised',
    scope: 'view',
    body: PreviewInput,
    answer: PreviewResult,
    refusals: {
      404: 'Nothing is stored of such a camera, or at all, or by this model',
      503: 'Other previews are waiting already, or the service stops',
    },
    handle: async ({ body, request }, { data }) => {
      const found = await data.preview(body, request.signal);
      if (!('refused' in found)) return found;
      const { code, message } = found.refused;
      return new Refusal(STATUSES[code] ?? 400, code, message);
    },
  }),
];
