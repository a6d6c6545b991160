import { z } from 'zod';
import { Id, Severity } from '../detect/event.js';
import { Active } from './active-schema.js';
import { duration, line, section } from './fields.js';
import { Tiles } from './tiles-schema.js';

const Phrase = line(300).describe('What is to be seen, in plain words');

const Confirm = section({
  k: z.int().min(1).max(60).default(3).describe('Hits needed among the last n frames'),
  n: z.int().min(1).max(60).default(5).describe('Frames looked back on'),
}).superRefine(({ k, n }, context) => {
  if (k <= n) return;
  context.addIssue({
    code: 'custom',
    path: ['k'],
    message: `expected ≤ n (${n})`,
    params: { hint: '"k of n" means k hits among the last n frames.', byDefault: `${k}` },
  });
});

const Budget = section({
  false_alarms_per_day: z
    .number()
    .gt(0)
    .max(1000)
    .describe('False alarms a day, on each camera, that you can live with'),
}).transform((budget) => ({ falseAlarmsPerDay: budget.false_alarms_per_day }));

const Calibrate = section({
  warmup: duration({ min: '1m', max: '90d' })
    .prefault('48h')
    .describe('Footage after which the threshold counts as settled'),
  min: duration({ min: '1m', max: '90d' })
    .prefault('6h')
    .describe('Footage needed before a threshold is worked out'),
  adapt: z.boolean().default(true).describe('Go on adapting the threshold while running'),
})
  .superRefine(({ warmup, min }, context) => {
    if (min <= warmup) return;
    const params = { byDefault: '6h' };
    context.addIssue({ code: 'custom', path: ['min'], message: 'expected ≤ warmup', params });
  })
  .transform(({ warmup, min, adapt }) => ({ warmupMs: warmup, minMs: min, adapt }));

/** What Home Assistant knows a binary sensor can be. */
const DEVICE_CLASSES = [
  ...['battery', 'battery_charging', 'carbon_monoxide', 'cold', 'connectivity', 'door', 'garage_door', 'gas'],
  ...['heat', 'light', 'lock', 'moisture', 'motion', 'moving', 'occupancy', 'opening', 'plug', 'power'],
  ...[
    'presence',
    'problem',
    'running',
    'safety',
    'smoke',
    'sound',
    'tamper',
    'update',
    'vibration',
    'window',
  ],
] as const;

const timing = {
  confirm: Confirm.prefault({}).describe('An event starts after k hits among the last n frames'),
  for: duration({ max: '1d' })
    .prefault('0s')
    .describe('An event starts only after the confirmed state has lasted so long'),
  hysteresis: z
    .number()
    .min(0)
    .max(100)
    .default(0.5)
    .describe('An open event goes on while the score is above threshold − hysteresis'),
  clear_for: duration({ max: '1d' })
    .prefault('10s')
    .describe('An event ends when nothing was seen for so long'),
  cooldown: duration({ max: '7d' }).prefault('60s').describe('After an end no new event starts for so long'),
  remind_every: duration({ min: '1s', max: '7d' })
    .nullable()
    .prefault(null)
    .describe('Send an update so often while an event lasts; null: never'),
};

const fields = {
  id: Id.describe('Name in events and topics: lower-case letters, digits, _ and -, at most 64'),
  name: line(100).optional().describe('Name for people. Default: the id'),
  when: z
    .union([
      Phrase.transform((phrase) => [phrase]),
      z.array(Phrase).min(1, 'expected at least one phrase').max(16, 'expected at most 16 phrases'),
    ])
    .describe(
      'What should raise an event, in plain words: one phrase or up to 16 wordings of the same thing',
    ),
  not: z
    .array(Phrase)
    .max(32, 'expected at most 32 phrases')
    .default([])
    .describe('What must not be taken for it, up to 32 phrases'),
  cameras: z
    .array(Id)
    .min(1, 'expected at least one camera')
    .max(256)
    .nullable()
    .default(null)
    .describe('Ids of the cameras it looks at. null: all'),
  budget: Budget.nullable()
    .prefault(null)
    .describe(
      'How many false alarms you can live with: the threshold is worked out from it, on each camera. null: see threshold',
    ),
  calibrate: Calibrate.prefault({}).describe('How the threshold is worked out from the camera’s own footage'),
  tiles: Tiles.prefault({}).describe('Where in the frame to look, and how closely'),
  ...timing,
  active: Active.nullable().prefault(null).describe('When the rule watches, in local time. null: always'),
  severity: Severity.default('warning').describe('How much it matters'),
  device_class: z
    .enum(DEVICE_CLASSES)
    .nullable()
    .default(null)
    .describe('What Home Assistant takes it for: its device class of a binary sensor. null: none'),
  threshold: z
    .number()
    .min(-1000)
    .max(1000)
    .nullable()
    .default(null)
    .describe(
      'A fixed score that counts as a hit, instead of a budget; no promise then. null without a budget: the model’s default where it has one, else a budget of one false alarm a day',
    ),
  enabled: z.boolean().default(true).describe('false: the rule is kept but not watched'),
};

/** What a rule can say, in the order in which it is best read. */
export const RULE_KEYS: readonly string[] = Object.keys(fields);

/** A rule as typed in a file; parsed, it is a {@link RuleConfig}. */
export const RuleConfig = section(fields)
  .superRefine(({ when, not }, context) => {
    for (const [index, phrase] of not.entries()) {
      if (!when.includes(phrase)) continue;
      context.addIssue({
        code: 'custom',
        path: ['not', index],
        message: 'the same phrase stands in "when": the two cancel each other',
      });
    }
  })
  .transform(
    ({ confirm, hysteresis, for: forMs, clear_for, cooldown, remind_every, device_class, ...rule }) => ({
      ...rule,
      name: rule.name ?? rule.id,
      deviceClass: device_class,
      timing: {
        confirm,
        hysteresis,
        forMs,
        clearForMs: clear_for,
        cooldownMs: cooldown,
        remindEveryMs: remind_every,
      },
    }),
  );

/** A rule, checked, with its defaults filled in and its units in the names. */
export type RuleConfig = z.output<typeof RuleConfig>;

/** A rules file. */
export const RulesFile = section({
  rules: z.array(RuleConfig).max(1000).describe('What to watch for'),
});

/** What of a rule has no effect beside the rest of it; null: everything has. */
export function withoutEffect({ budget, threshold }: RuleConfig): string | null {
  if (threshold === null || budget === null) return null;
  return 'budget has no effect beside a fixed threshold: remove one of them';
}
