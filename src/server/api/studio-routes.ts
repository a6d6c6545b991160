import { z } from 'zod';
import { DetectionEvent, Id } from '../../detect/event.js';
import { SwitchChange } from '../../shared/rule-switch.js';
import { FeasibilityInfo } from '../messages.js';
import { DRAFT_LIMIT_BYTES, RuleDraftInput, refuseDraft } from './draft.js';
import { type AnyRoute, notFound, route } from './route.js';

export const NowInput = z.strictObject({ draft: RuleDraftInput });
export type NowInput = z.infer<typeof NowInput>;

const TileNow = z.strictObject({
  index: z.int().nonnegative().describe('Of the camera’s plan'),
  box: DetectionEvent.shape.tile.shape.box,
  margin: z.number().describe('Log-odds of the rule’s words against what they are contrasted with'),
});

/** What a draft makes of the newest frames. */
export const NowResult = z.strictObject({
  cameras: z
    .array(
      z.strictObject({
        cameraId: Id,
        atMs: z.number().nullable().describe('When the frame was captured; null: there is none yet'),
        tiles: z.array(TileNow).describe('That the rule looks at'),
        best: TileNow.nullable(),
        threshold: z
          .number()
          .nullable()
          .describe(
            'That a margin would have to reach; null: it is calibrated, in other units, or not known',
          ),
        reason: z.string().nullable().describe('Why there are no tiles, for people; null: there are'),
      }),
    )
    .describe('Those that the rule looks at'),
});
export type NowResult = z.infer<typeof NowResult>;

export const AdviceInput = z.strictObject({
  draft: RuleDraftInput,
  camera: Id.optional().describe('Default: up to eight that the rule looks at'),
});
export type AdviceInput = z.infer<typeof AdviceInput>;

/** What could be better about a draft. */
export const AdviceResult = z.strictObject({
  unknownWords: z
    .array(z.string())
    .describe('That the model never saw; none where it does not say what it saw'),
  limits: z
    .array(
      z.strictObject({
        kind: z.enum(['counting', 'space', 'text', 'detail', 'intent']),
        phrase: z.string(),
        text: z.string().describe('For people, without the full stop'),
      }),
    )
    .describe('What no such model sees, by words that give it away'),
  notes: z.array(z.string()).describe('What else is worth knowing, for people'),
  cameras: z
    .array(FeasibilityInfo)
    .describe('Whether it can work there; wordings and negatives to try are among the proposals'),
});
export type AdviceResult = z.infer<typeof AdviceResult>;

/** What is switched about a rule on a camera. */
export const SwitchInfo = z.strictObject({
  cameraId: Id,
  enabled: z.boolean(),
  snoozedUntilMs: z.number().nullable().describe('Until when it raises nothing; null: it is not snoozed'),
  budgetPerDay: z.number().nullable().describe('False alarms a day; null: its threshold is fixed'),
});
export type SwitchInfo = z.infer<typeof SwitchInfo>;

export const SwitchInput = SwitchChange.extend({
  camera: Id.optional().describe('Default: all that the rule looks at'),
}).refine(({ camera: _, ...change }) => Object.values(change).some((value) => value !== undefined), {
  message: 'expected enabled, snoozeMin or budgetPerDay',
});
export type SwitchInput = z.infer<typeof SwitchInput>;

const STATUSES = { 'unknown-camera': 404 };

/** For those who write rules. */
export const studioRoutes: readonly AnyRoute[] = [
  route({
    method: 'POST',
    path: '/api/rules/now',
    summary: 'What a rule makes of the newest frame of each camera, tile by tile',
    scope: 'view',
    body: NowInput,
    bodyLimitBytes: DRAFT_LIMIT_BYTES,
    answer: NowResult,
    handle: async ({ body }, { data }) => {
      const answer = await data.studio.now(body);
      return 'refused' in answer ? refuseDraft(answer.refused, STATUSES) : answer;
    },
  }),
  route({
    method: 'POST',
    path: '/api/rules/advice',
    summary: 'What could be better about a rule: words, negatives, what the model cannot see',
    scope: 'view',
    body: AdviceInput,
    bodyLimitBytes: DRAFT_LIMIT_BYTES,
    answer: AdviceResult,
    refusals: { 404: 'The rule looks at no such camera' },
    handle: async ({ body }, { data }) => {
      const answer = await data.studio.advice(body);
      return 'refused' in answer ? refuseDraft(answer.refused, STATUSES) : answer;
    },
  }),
  route({
    method: 'POST',
    path: '/api/rules/{id}/switch',
    summary:
      'Switches a rule on or off, snoozes it, or gives it another budget, until somebody switches it again',
    scope: 'control',
    params: z.strictObject({ id: Id }),
    body: SwitchInput,
    answer: z.strictObject({ switches: z.array(SwitchInfo) }),
    refusals: { 404: 'No such rule, or it does not look at such a camera' },
    handle: ({ params: { id }, body }, { data }) => {
      const answer = data.studio.switch(id, body);
      if (answer === null) return notFound('there is no such rule on such a camera');
      return 'refused' in answer ? refuseDraft(answer.refused, STATUSES) : answer;
    },
  }),
];
