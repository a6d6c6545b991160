import { z } from 'zod';
import { Id } from '../../detect/event.js';
import { DRAFT_LIMIT_BYTES, RuleDraftInput, refuseDraft } from './draft.js';
import { type AnyRoute, notFound, route } from './route.js';

const File = z.string().min(1).max(4096).describe('Relative to the folder of the config file');
const Revision = z.string().min(1).max(64).describe('Hash of the file’s content');
const Writable = {
  writable: z.boolean(),
  reason: z.string().nullable().describe('Why it cannot be written, for people; null: it can'),
};

/** A rules file. */
const RuleFileInfo = z.strictObject({
  file: File,
  revision: Revision,
  ...Writable,
  rules: z.array(z.string()).describe('Ids, in their order; of rules that are switched off, too'),
});

/** All of them. */
export const RuleFileList = z.strictObject({
  files: z.array(RuleFileInfo),
  defaultFile: File.nullable().describe('Where a new rule best goes; null: none can be written'),
});
export type RuleFileList = z.infer<typeof RuleFileList>;

/** A rule as its file has it. */
export const RuleSourceInfo = z.strictObject({
  file: File,
  revision: Revision,
  ...Writable,
  text: z.string().describe('The rule’s own YAML'),
  line: z.int().positive().describe('Of its first line'),
  draft: RuleDraftInput.describe('What the file says, without defaults'),
});
export type RuleSourceInfo = z.infer<typeof RuleSourceInfo>;

/** A rule that is to be saved. */
export const SaveInput = z
  .strictObject({
    draft: RuleDraftInput.nullable().describe('As it is to be; null: it goes'),
    file: File.describe('One of `GET /api/rule-files`, or a new one in a folder of rules'),
    revision: Revision.nullable().describe('That the draft was made from; null: the file is to be made'),
    replaces: z
      .string()
      .max(64)
      .nullable()
      .describe('Id of the rule that it takes the place of; null: it is new'),
    dryRun: z.boolean().default(false).describe('Only tell what would change'),
  })
  .refine(({ draft, replaces }) => draft !== null || replaces !== null, {
    path: ['replaces'],
    message: 'expected the id of the rule that is to go',
  });
export type SaveInput = z.infer<typeof SaveInput>;

/** What was changed, or would be. */
export const SaveResult = z.strictObject({
  diff: z
    .array(
      z.strictObject({
        kind: z.enum(['same', 'added', 'removed']),
        text: z.string(),
        line: z.int().describe('After the change; of what was removed, before it'),
      }),
    )
    .describe('Lines that change, with three around them'),
  text: z.string().describe('The rule’s own YAML then; empty: it is gone'),
  revision: Revision.nullable().describe('Of the file as it is on the disk now; null: it is not there'),
});
export type SaveResult = z.infer<typeof SaveResult>;

const STATUSES = { 'not-found': 404, 'read-only': 403, conflict: 409 };

/** The files that rules stand in. */
export const ruleFileRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/rule-files',
    summary: 'The files that rules stand in',
    scope: 'view',
    answer: RuleFileList,
    handle: (_asked, { data }) => data.studio.files(),
  }),
  route({
    method: 'GET',
    path: '/api/rules/{id}/source',
    summary: 'A rule as its file has it',
    scope: 'view',
    params: z.strictObject({ id: Id }),
    answer: RuleSourceInfo,
    refusals: { 404: 'No file has such a rule' },
    handle: async ({ params: { id } }, { data }) =>
      (await data.studio.source(id)) ?? notFound('no rules file has such a rule'),
  }),
  route({
    method: 'POST',
    path: '/api/rules/save',
    summary: 'Changes one rule in its file, adds one, or takes one out; the rest of the file stays as it is',
    scope: 'control',
    body: SaveInput,
    bodyLimitBytes: DRAFT_LIMIT_BYTES,
    answer: SaveResult,
    refusals: {
      400: 'The rule, or what the rules would be then, is not valid',
      403: 'The file cannot be written, or another page or token asks',
      404: 'No such file, or no such rule in it',
      409: 'The file was changed meanwhile',
    },
    handle: async ({ body }, { data }) => {
      const answer = await data.studio.save(body);
      return 'refused' in answer ? refuseDraft(answer.refused, STATUSES) : answer.saved;
    },
  }),
];
