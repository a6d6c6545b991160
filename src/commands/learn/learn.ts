import type { Embedder } from '../../model/embedder.js';
import { type Applied, type LessonProposal, Lessons, type Offer } from '../../pipeline/lessons.js';
import { openRuleBook, type RuleBook, type WatchRule } from '../../pipeline/rule-book.js';
import { WordwatchError } from '../../shared/errors.js';
import { openExistingDatabase } from '../../store/database.js';
import { type LessonContent, LessonStore } from '../../store/lesson-store.js';
import { MomentStore } from '../../store/moment-store.js';
import { SampleStore } from '../../store/sample-store.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Output } from '../output.js';
import { describeProposal } from './describe.js';

/** What {@link runLearn} is asked to do. */
export interface LearnOptions {
  /** Ids; none: all. */
  ruleIds: readonly string[];
  rules: readonly WatchRule[];
  embedder: Embedder;
  /** Data folder. */
  storePath: string;
  /** How far back to look for what would have changed. */
  days: number;
  action: 'show' | 'apply' | 'undo';
  /** Applies that kind only; null: the probe where it is offered, else the probability. */
  only: LessonContent['kind'] | null;
  output: Output;
  logger: Logger;
}

/** A rule and what came of it; a line of JSON. */
interface Learned extends LessonProposal {
  /** What was applied; null: nothing was, or nothing was to be. */
  applied: Applied | null;
}

/** `--undo`, as a line of JSON. */
interface TakenBack {
  ruleId: string;
  undone: Applied | null;
}

/**
 * Shows what reviews can teach about rules and what that would have changed; applies it, or takes it back.
 * @returns the exit code: 3 where something was to be applied or taken back and there was nothing
 * @throws WordwatchError `unknown-rule`, `store-missing`
 */
export async function runLearn(options: LearnOptions): Promise<number> {
  const { action, output, embedder, logger } = options;
  const ruleIds = ruleIdsOf(options);
  using database = openExistingDatabase(options.storePath);
  const store = new LessonStore(database, logger);
  const book = await openRuleBook(options.rules, embedder, store);
  const lessons = new Lessons({
    lessons: store,
    moments: new MomentStore(database),
    samples: new SampleStore(database),
  });
  const changed = ruleIds.map((ruleId) =>
    action === 'undo'
      ? undo(ruleId, { lessons, book, output })
      : learn(ruleId, { ...options, lessons, book }),
  );
  if (action === 'show') return 0;
  if (changed.some((change) => change !== null) && !output.json) {
    output.stderr('A service that runs takes this over when its rule files change, or when it is started.\n');
  }
  return changed.some((change) => change !== null) ? 0 : 3;
}

function learn(
  ruleId: string,
  { lessons, book, days, action, only, output }: LearnOptions & { lessons: Lessons; book: RuleBook },
): Applied | null {
  const offer: Offer = lessons.propose(ruleId, book, { days })!;
  const { proposal } = offer;
  if (!output.json) output.stdout(describeProposal(proposal, { plan: book.plans.get(ruleId)!, action }));
  const applied = action === 'apply' ? lessons.apply(offer, only ?? undefined) : null;
  const learned: Learned = { ...proposal, applied };
  if (output.json) output.stdout(`${JSON.stringify(learned)}\n`);
  else if (action === 'apply')
    output.stdout(
      applied
        ? `  applied: ${applied.kind}, version ${applied.version}; back with: wordwatch learn ${ruleId} --undo\n`
        : `  nothing to apply\n`,
    );
  return applied;
}

function undo(
  ruleId: string,
  { lessons, book, output }: { lessons: Lessons; book: RuleBook; output: Output },
): Applied | null {
  const undone = lessons.undo(ruleId, book);
  const line: TakenBack = { ruleId, undone };
  if (output.json) output.stdout(`${JSON.stringify(line)}\n`);
  else output.stdout(`${ruleId}: ${undone ? describeUndone(undone) : 'no lesson is in force'}\n`);
  return undone;
}

function describeUndone({ kind, version, active }: Applied): string {
  return `${kind} of version ${version} taken back; ${active === null ? 'none is in force now' : `version ${active} is in force again`}`;
}

function ruleIdsOf({ ruleIds, rules }: LearnOptions): readonly string[] {
  const known = rules.map(({ id }) => id);
  const unknown = ruleIds.filter((id) => !known.includes(id));
  if (unknown.length === 0) return ruleIds.length > 0 ? ruleIds : known;
  throw new WordwatchError('unknown-rule', `${unknown.join(', ')}: no such rule`, {
    userInput: true,
    hint: `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}.`,
  });
}
