import { z } from 'zod';
import { Id } from '../detect/event.js';
import { duration, NO_CONTROL_CHARACTERS, NOT_EMPTY, section } from './fields.js';

/** Which events a destination is told of. */
const FILTER = {
  rules: z.array(Id).min(1).optional().describe('Only events of these rules. Default: of all'),
  cameras: z.array(Id).min(1).optional().describe('Only events of these cameras. Default: of all'),
  phases: z
    .array(z.enum(['start', 'update', 'end']))
    .min(1)
    .optional()
    .describe('Only these moments of an event. Default: all'),
};

const timeout = () =>
  duration({ min: '100ms', max: '1h' }).prefault('10s').describe('Longest that one attempt may take');

const Webhook = section({
  id: Id.describe('Name in logs, and of what waits for it on disk'),
  url: z
    .string()
    .trim()
    .max(4096)
    .refine((url) => isPlainHttpUrl(url), 'expected an http:// or https:// URL without user and password')
    .describe('Events are posted here as JSON. Redirects are not followed'),
  secret: z
    .string()
    .min(8)
    .max(256)
    .optional()
    .describe('Key of the signature in the header wordwatch-signature. Default: none'),
  timeout: timeout(),
  ...FILTER,
}).transform(
  ({ secret = null, timeout: timeoutMs, rules = null, cameras = null, phases = null, ...webhook }) => ({
    ...webhook,
    ...{ secret, timeoutMs, rules, cameras, phases },
  }),
);

const Command = section({
  id: Id.describe('Name in logs, and of what waits for it on disk'),
  run: z
    .array(
      z.string().min(1, NOT_EMPTY).max(4096).regex(NO_CONTROL_CHARACTERS, 'text without control characters'),
    )
    .min(1)
    .max(64)
    .describe('Program and arguments. No shell reads them; the event is on stdin as JSON'),
  timeout: timeout(),
  ...FILTER,
}).transform(({ timeout: timeoutMs, rules = null, cameras = null, phases = null, ...command }) => ({
  ...command,
  ...{ timeoutMs, rules, cameras, phases },
}));

/** A webhook, checked. `url` and `secret` are never shown. */
export type WebhookConfig = z.output<typeof Webhook>;
/** A command, checked. */
export type CommandConfig = z.output<typeof Command>;

const unique = <T extends { id: string }>(list: readonly T[], context: z.RefinementCtx) => {
  for (const [index, { id }] of list.entries()) {
    if (list.findIndex((other) => other.id === id) === index) continue;
    context.addIssue({ code: 'custom', path: [index, 'id'], message: `duplicate id "${id}"` });
  }
};

/** `webhooks:` */
export const Webhooks = z.array(Webhook).max(64).default([]).superRefine(unique);
/** `commands:` */
export const Commands = z.array(Command).max(64).default([]).superRefine(unique);

/** A misspelt camera would be silence. Rules are read apart from this file, and change while it runs. */
export function expectKnownCameras(
  {
    cameras,
    webhooks,
    commands,
  }: {
    cameras: readonly { id: string }[];
    webhooks: readonly WebhookConfig[];
    commands: readonly CommandConfig[];
  },
  context: z.RefinementCtx,
): void {
  const candidates = cameras.map(({ id }) => id);
  for (const [key, list] of Object.entries({ webhooks, commands }))
    for (const [index, destination] of list.entries())
      for (const [place, id] of (destination.cameras ?? []).entries()) {
        if (candidates.includes(id)) continue;
        const path = [key, index, 'cameras', place];
        context.addIssue({ code: 'custom', path, message: `unknown camera "${id}"`, params: { candidates } });
      }
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}
