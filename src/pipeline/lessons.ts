import type { Comparison } from '../rules/labels/compare-rankings.js';
import {
  fitPlatt,
  PLATT_MIN_NEGATIVES,
  PLATT_MIN_POSITIVES,
  type PlattScaling,
} from '../rules/labels/platt.js';
import {
  PROBE_MIN_CONFIRMED,
  PROBE_MIN_OTHERS,
  type ProbeResult,
  trainProbe,
} from '../rules/labels/probe.js';
import type { LinearProbe } from '../rules/rule-vectors.js';
import { type Clock, systemClock } from '../shared/clock.js';
import type { LessonContent, LessonStore, StoredLesson } from '../store/lesson-store.js';
import type { MomentStore } from '../store/moment-store.js';
import type { SampleStore } from '../store/sample-store.js';
import { type LessonWhatIf, lessonWhatIf } from './lesson-what-if.js';
import type { RuleBook } from './rule-book.js';
import { hashOf, labelsOfRule, probeLabelsOf, type RuleLabels } from './rule-labels.js';

export const DEFAULT_WHAT_IF_DAYS = 7;
const DAY_MS = 24 * 3_600_000;

/** Whether a lesson can be applied: `in-force` is one that the same labels have brought already. */
export type LessonState = 'offered' | 'in-force' | 'none';

/** What labels can teach about a rule now. */
export interface LessonProposal {
  ruleId: string;
  modelHash: string;
  /** Happenings by what was said of them, and tiles of everyday footage. */
  labels: { confirmed: number; wrong: number; unsure: number; quiet: number };
  /** A correction of the words' scores. */
  probe: {
    state: LessonState;
    /** In force now, of whatever labels. */
    version: number | null;
    /** Why there is none to apply. */
    reason: string | null;
    /** Labels that are still missing: confirmed ones, and false or quiet ones together. */
    missing: { confirmed: number; others: number };
    /** How it ranks against the words alone on labels it has not seen; null: too few to tell. */
    comparison: Comparison | null;
  };
  /** A curve from scores to probabilities. */
  probability: {
    state: LessonState;
    version: number | null;
    reason: string | null;
    /** Of moments that were scored as scores are made now. */
    labels: { confirmed: number; wrong: number };
    missing: { confirmed: number; wrong: number };
  };
  /** What the probe would have changed; null: none is offered. */
  whatIf: (LessonWhatIf & { days: number }) | null;
}

/** What is to be stored if a lesson is applied. */
type Applicable = Pick<StoredLesson, 'scoring' | 'content'>;

/** A proposal and what is to be stored if it is applied. */
export interface Offer {
  proposal: LessonProposal;
  /** null: not offered. */
  contents: Record<LessonContent['kind'], Applicable | null>;
}

/** Asks for what is offered to be applied, or for the newest lesson to be taken back. */
export type LessonChange = { action: 'apply'; kind?: LessonContent['kind'] | undefined } | { action: 'undo' };

/** A version that was applied or taken back. */
export interface Applied {
  version: number;
  kind: LessonContent['kind'];
  /** The version that is active now: itself, or the one before; null: none. */
  active: number | null;
}

/** What {@link Lessons} needs. */
export interface LessonsOptions {
  lessons: LessonStore;
  moments: MomentStore;
  samples: SampleStore;
  clock?: Clock;
}

/** What people's reviews teach about rules: offered, applied, taken back. */
export class Lessons {
  readonly #options: LessonsOptions;
  /** The last training of each rule: what is applied is what was shown, although everyday tiles change all the time. */
  readonly #trained = new Map<string, { of: string; result: ProbeResult }>();

  constructor(options: LessonsOptions) {
    this.#options = options;
  }

  /**
   * What labels can teach about a rule of the book. Training takes a second or a few, and nothing else runs meanwhile.
   * @param days how far back to look for what would have changed
   * @returns null: there is no such rule
   */
  propose(ruleId: string, book: RuleBook, { days = DEFAULT_WHAT_IF_DAYS } = {}): Offer | null {
    const { moments, samples, clock = systemClock } = this.#options;
    const index = book.rules.findIndex(({ id }) => id === ruleId);
    const rule = book.rules[index];
    if (!rule) return null;
    const { modelHash } = book;
    const sinceMs = clock.nowMs() - days * DAY_MS;
    const labels = labelsOfRule(rule, { moments, samples, modelHash, sinceMs });
    const probe = this.#probe(labels, { ruleId, index, book });
    const probability = probabilityOf(labels, { ruleId, book });
    const whatIf = probe.linear && {
      days,
      ...lessonWhatIf({
        moments: labels.moments.filter(({ atMs }) => atMs >= sinceMs),
        plan: book.plans.get(ruleId)!,
        ...{ set: book.set, rule: book.set.rules[index]!, probe: probe.linear },
      }),
    };
    const { confirmed, wrong, unsure, quiet } = labels;
    const counts = {
      ...{ confirmed: confirmed.length, wrong: wrong.length },
      ...{ unsure: unsure.length, quiet: quiet.length },
    };
    return {
      proposal: {
        ...{ ruleId, modelHash, labels: counts },
        ...{ probe: probe.told, probability: probability.told, whatIf },
      },
      contents: { probe: probe.content, probability: probability.content },
    };
  }

  /**
   * Stores what was offered and makes it active; rule books have to be taught again. One at a time: a probe makes other
   * scores, of which a probability of the scores before it says nothing.
   * @param only that kind; undefined: the probe where it is offered, else the probability
   * @returns null: nothing was offered
   */
  apply({ proposal, contents }: Offer, only?: LessonContent['kind']): Applied | null {
    const { lessons, clock = systemClock } = this.#options;
    const chosen = only ? contents[only] : (contents.probe ?? contents.probability);
    if (!chosen) return null;
    const { ruleId, modelHash } = proposal;
    const version = lessons.apply({ ruleId, modelHash, ...chosen, madeAtMs: clock.nowMs() });
    return { version, kind: chosen.content.kind, active: version };
  }

  /** What a person asks for. @returns null: there was nothing to do */
  change(ruleId: string, book: RuleBook, asked: LessonChange): Applied | null {
    if (asked.action === 'undo') return this.undo(ruleId, book);
    const offer = this.propose(ruleId, book);
    return offer && this.apply(offer, asked.kind);
  }

  /** Takes back the newest lesson that is in force; rule books have to be taught again. @returns null: none is */
  undo(ruleId: string, { taught }: Pick<RuleBook, 'taught'>): Applied | null {
    const { probe = null, probability = null } = taught.get(ruleId) ?? {};
    const newest = [probe, probability]
      .filter((lesson) => lesson !== null)
      .sort((a, b) => b.version - a.version)[0];
    if (!newest) return null;
    const active = this.#options.lessons.undo(newest.version);
    // Another program was faster.
    if (active === undefined) return null;
    return { version: newest.version, kind: newest.content.kind, active };
  }

  #probe(labels: RuleLabels, { ruleId, index, book }: { ruleId: string; index: number; book: RuleBook }) {
    const { words, probe: inForce } = book.taught.get(ruleId)!;
    const madeFrom = hashOf([...labels.confirmed, ...labels.wrong]);
    const others = labels.wrong.length + labels.quiet.length;
    const missing = {
      confirmed: Math.max(0, PROBE_MIN_CONFIRMED - labels.confirmed.length),
      others: Math.max(0, PROBE_MIN_OTHERS - others),
    };
    const told = { version: inForce?.version ?? null, reason: null, missing, comparison: null };
    const none = { linear: null, content: null };
    if (inForce?.content.madeFrom === madeFrom)
      return { ...none, told: { ...told, state: 'in-force' as const } };
    // Again also when there are twice as many everyday tiles.
    const quiet = Math.floor(Math.log2(1 + labels.quiet.length));
    const of = [book.modelHash, words, madeFrom, quiet].join('/');
    const { probe, comparison, reason } = this.#train(labels, { ruleId, of, index, book });
    if (!probe) return { ...none, told: { ...told, state: 'none' as const, reason, comparison } };
    return {
      linear: probe as LinearProbe | null,
      content: { scoring: words, content: { kind: 'probe' as const, ...probe, madeFrom } },
      told: { ...told, state: 'offered' as const, comparison },
    };
  }

  #train(
    labels: RuleLabels,
    { ruleId, of, index, book }: { ruleId: string; of: string; index: number; book: RuleBook },
  ): ProbeResult {
    const last = this.#trained.get(ruleId);
    if (last?.of === of) return last.result;
    const { set } = book;
    const result = trainProbe(probeLabelsOf(labels), { rule: set.rules[index]!, set });
    if (result.comparison !== null) this.#trained.set(ruleId, { of, result });
    return result;
  }
}

function probabilityOf(
  { confirmed, wrong }: RuleLabels,
  { ruleId, book }: { ruleId: string; book: RuleBook },
) {
  const { scoring, probability: inForce } = book.taught.get(ruleId)!;
  const alike = [...confirmed, ...wrong].filter((moment) => moment.scoring === scoring);
  const labels = {
    confirmed: alike.filter(({ verdict }) => verdict === 'true').length,
    wrong: alike.filter(({ verdict }) => verdict === 'false').length,
  };
  const missing = {
    confirmed: Math.max(0, PLATT_MIN_POSITIVES - labels.confirmed),
    wrong: Math.max(0, PLATT_MIN_NEGATIVES - labels.wrong),
  };
  const madeFrom = hashOf(alike);
  const told = { version: inForce?.version ?? null, reason: null as string | null, labels, missing };
  const none = (state: LessonState, reason: string | null = null) => ({
    content: null,
    told: { ...told, state, reason },
  });
  if (inForce?.content.madeFrom === madeFrom) return none('in-force');
  const { platt, reason } = fitPlatt(
    alike.map(({ score, verdict }) => ({ score, positive: verdict === 'true' })),
  );
  if (!platt) return none('none', reason);
  return { content: contentOf(platt, { scoring, madeFrom }), told: { ...told, state: 'offered' as const } };
}

function contentOf(platt: PlattScaling, { scoring, madeFrom }: { scoring: string; madeFrom: string }) {
  return { scoring, content: { kind: 'probability' as const, ...platt, madeFrom } };
}
