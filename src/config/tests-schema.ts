import { z } from 'zod';
import { Id } from '../detect/event.js';
import { line, section } from './fields.js';
import { expectOrder, Moment, watching } from './footage-schema.js';
import { TimeZone } from './time-zone.js';

const ExpectedEvent = section({
  rule: Id.describe('Id of the rule that is to raise it'),
  from: Moment.optional().describe('When it begins, from the start of the clip. Left out: at any time'),
  to: Moment.optional().describe('When it was last seen, from the start of the clip. Left out: at any time'),
  tolerance: Moment.optional().describe('How much both times may differ. Default: the test’s'),
}).superRefine(expectOrder);

const RuleTest = section({
  name: line(200).optional().describe('What is tested, for people. Default: the clip'),
  clip: line(4096).describe('A video file or a folder of pictures; its path starts at this file'),
  ...watching,
  only: z
    .array(Id)
    .min(1, 'expected at least one rule')
    .max(1000)
    .nullable()
    .default(null)
    .describe('Ids of the rules that watch. null: all that are enabled'),
  tolerance: Moment.prefault('5s').describe('How much times may differ from those expected'),
  expect: z
    .union([
      z.literal('none'),
      z.array(ExpectedEvent).min(1, 'expected "none", or at least one event').max(1000),
    ])
    .describe('All events that are to be raised, or none. Any other is a failure'),
});

/** A file of rule tests as typed. */
export const RuleTestsFile = section({
  rules: z
    .array(line(4096))
    .min(1, 'expected at least one file or folder')
    .max(100)
    .optional()
    .describe('Rule files and folders; their paths start at this file. Left out: name them with --rules'),
  time_zone: TimeZone.optional().describe(
    'Of active hours, IANA name such as Europe/Berlin. Default: the machine’s',
  ),
  tests: z.array(RuleTest).min(1, 'expected at least one test').max(10_000).describe('The tests'),
});
