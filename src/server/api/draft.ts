import { z } from 'zod';
import { RuleConfig } from '../../config/index.js';
import { Refusal } from './route.js';

/** A rule is at most so long: 48 phrases, a region of 64 points, a layout of 64 boxes. */
export const DRAFT_LIMIT_BYTES = 64 * 1024;

const { $schema: _, ...asInFile } = z.toJSONSchema(RuleConfig, { io: 'input', target: 'draft-2020-12' });

/**
 * A rule as a rules file has it. It is checked where it is read, which tells all that is wrong with it and where; the schema
 * here is for the documentation.
 */
export const RuleDraftInput = z.record(z.string(), z.unknown()).meta(asInFile as Record<string, unknown>);

/** Why a draft is not taken. */
export interface DraftRefusal {
  code: string;
  message: string;
  problems?: { path: string; message: string; hint?: string }[];
  current?: unknown;
}

/** A draft is not valid. @param problems at least one */
export function refusedDraft(problems: NonNullable<DraftRefusal['problems']>): { refused: DraftRefusal } {
  const [first] = problems;
  const message = [first?.path, first?.message].filter(Boolean).join(': ');
  return { refused: { code: 'invalid-rule', message, problems } };
}

/** The answer that says so. @param statuses by code; 400 for others */
export function refuseDraft(
  { code, message, problems, current }: DraftRefusal,
  statuses: Readonly<Record<string, number>>,
): Refusal {
  const details = {
    ...(problems === undefined ? {} : { problems }),
    ...(current === undefined ? {} : { current }),
  };
  return new Refusal(statuses[code] ?? 400, code, message, {}, details);
}
