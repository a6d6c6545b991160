import { z } from 'zod';
import { BacktestEvent, BacktestRow, Gap } from '../../backtest/result.js';
import { Id } from '../../detect/event.js';
import { THRESHOLD_STATES } from '../../rules/score.js';
import { DRAFT_LIMIT_BYTES, RuleDraftInput, refuseDraft } from './draft.js';
import { type AnyRoute, route } from './route.js';

const Phrase = z.string().trim().min(1).max(300);

const range = {
  cameras: z.array(Id).min(1).max(256).optional().describe('Default: all of which something is stored'),
  sinceMs: z.number().optional().describe('Milliseconds since the epoch. Default: a day before the end'),
  untilMs: z.number().optional().describe('Not included. Default: now'),
  client: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Anything that is one page’s own: what the same page asked before is given up'),
};

/** A rule to be tried. */
export const PreviewInput = z
  .strictObject({
    words: z
      .array(Phrase)
      .min(1)
      .max(16)
      .optional()
      .describe('What is to be seen: wordings of the same thing; or a draft'),
    not: z.array(Phrase).max(32).default([]).describe('What must not be taken for it'),
    threshold: z.number().min(-1000).max(1000).optional().describe('A fixed score'),
    budgetPerDay: z.number().gt(0).max(1000).optional().describe('False alarms a day, instead'),
    draft: RuleDraftInput.optional().describe('A whole rule, instead of words'),
    against: Id.nullable().default(null).describe('Rule in force that it is compared with; null: none'),
    ...range,
  })
  .refine(({ threshold, budgetPerDay }) => threshold === undefined || budgetPerDay === undefined, {
    path: ['budgetPerDay'],
    message: 'expected a threshold or a budget, not both',
  })
  .refine(({ words, draft }) => (words === undefined) !== (draft === undefined), {
    path: ['words'],
    message: 'expected words or a draft',
  })
  .refine(
    ({ draft, not, threshold, budgetPerDay }) =>
      draft === undefined || (not.length === 0 && threshold === undefined && budgetPerDay === undefined),
    { path: ['draft'], message: 'says this itself: not, threshold and budgetPerDay go with words' },
  );
export type PreviewInput = z.output<typeof PreviewInput>;

const Judged = z.strictObject({ raised: z.int(), of: z.int() });

/** How many of the moments that somebody judged are raised. */
const RecallInfo = z.strictObject({
  true: Judged.describe('Judged true: all should be raised'),
  false: Judged.describe('Judged false: none should be'),
  untested: z.int().describe('Judged, but of a time that could not be tried'),
});

const PreviewEvent = BacktestEvent.extend({
  pictureId: z
    .uuid()
    .nullable()
    .describe(
      'Of an event or peak of that time: its picture is at `/api/moments/ID/snapshot`; null: none is kept',
    ),
  pictureAtMs: z
    .number()
    .nullable()
    .describe('Else: a small picture, taken then, is at `/api/search/still`; null: none is kept'),
});

const PreviewRow = BacktestRow.extend({
  events: z.array(PreviewEvent),
  old: BacktestRow.shape.old
    .unwrap()
    .extend({ events: z.array(PreviewEvent) })
    .nullable(),
  reviewed: RecallInfo.nullable().describe(
    'null: there is no such rule whose moments could have been judged',
  ),
});

const TookMs = z.number().describe('Milliseconds from the question to the answer');

/** What came of it. */
export const PreviewResult = z.strictObject({
  rows: z.array(PreviewRow).describe('One a camera'),
  otherModel: z.int().describe('Vectors that another model made, and that were left out'),
  tookMs: TookMs,
});
export type PreviewResult = z.output<typeof PreviewResult>;

/** Budgets that are tried, alarms a day. */
export const BUDGETS_PER_DAY: readonly number[] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20];

/** A rule whose budgets are to be compared. */
export const BudgetsInput = z.strictObject({
  draft: RuleDraftInput,
  against: Id.nullable()
    .default(null)
    .describe('Rule whose reviewed moments count. Default: that of the draft’s id'),
  ...range,
});
export type BudgetsInput = z.output<typeof BudgetsInput>;

/** What budgets cost. */
export const BudgetsResult = z.strictObject({
  cameras: z.array(
    z.strictObject({
      cameraId: Id,
      fromMs: z.number(),
      toMs: z.number(),
      coveredMs: z.number().describe('Footage that it was tried on'),
      gaps: z.array(Gap),
      budgets: z
        .array(
          z.strictObject({
            budgetPerDay: z.number(),
            threshold: z.number().describe('That all of the footage comes to'),
            thresholdState: z.enum(THRESHOLD_STATES),
            expectedPerDay: z.number().nullable().describe('False alarms a day at it; null: not known yet'),
            events: z.int().describe('That would have been raised'),
            startedAtMs: z.array(z.number()).describe('When they began'),
            reviewed: RecallInfo,
          }),
        )
        .describe('From the strictest to the most generous; none: nothing was seen'),
    }),
  ),
  tookMs: TookMs,
});
export type BudgetsResult = z.output<typeof BudgetsResult>;

/** Of what is not the question's fault. */
const STATUSES: Readonly<Record<string, number>> = {
  'vectors-missing': 404,
  'vectors-other-model': 404,
  'unknown-camera': 404,
  'unknown-rule': 404,
  superseded: 409,
  'preview-busy': 503,
  'backtest-stopped': 503,
};
const REFUSALS = {
  404: 'Nothing is stored of such a camera, or at all, or by this model; or no such rule is in force',
  409: 'The same client has asked for something else meanwhile',
  503: 'Other previews are waiting already, or the service stops',
};

/** Rules that are not in force yet. */
export const previewRoutes: readonly AnyRoute[] = [
  route({
    method: 'POST',
    path: '/api/rules/preview',
    summary: 'Tries a rule on what is stored: the events that it would have raised',
    scope: 'view',
    body: PreviewInput,
    bodyLimitBytes: DRAFT_LIMIT_BYTES,
    answer: PreviewResult,
    refusals: REFUSALS,
    handle: async ({ body, request }, { data }) => {
      const found = await data.studio.preview(body, request.signal);
      return 'refused' in found ? refuseDraft(found.refused, STATUSES) : found;
    },
  }),
  route({
    method: 'POST',
    path: '/api/rules/budgets',
    summary: 'What budgets would cost: thresholds, and what they would have raised of what is stored',
    scope: 'view',
    body: BudgetsInput,
    bodyLimitBytes: DRAFT_LIMIT_BYTES,
    answer: BudgetsResult,
    refusals: REFUSALS,
    handle: async ({ body, request }, { data }) => {
      const found = await data.studio.budgets(body, request.signal);
      return 'refused' in found ? refuseDraft(found.refused, STATUSES) : found;
    },
  }),
];
