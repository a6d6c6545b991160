import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ModelDescription } from '../model/embedder.js';
import { bookOfRule, type RuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { WordwatchError } from '../shared/errors.js';
import { openDatabaseReadOnly } from '../store/database.js';
import { storedEvents } from '../store/event-history.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { camerasOf, namesOf, rangeOf } from './choose.js';
import { compare, eventsOf } from './compare.js';
import type { Hands } from './hands.js';
import { replayCamera } from './replay-camera.js';
import type { BacktestRow, BacktestStep } from './result.js';
import type { RuleOutcome } from './rule-replay.js';

/** From less footage nobody can tell what a day brings. */
const LEAST_MS = 3_600_000;

/** What {@link backtest} is asked to do. */
export interface BacktestOptions {
  /** Data folder; it is only read. */
  folder: string;
  book: RuleBook;
  /** What to compare with, by the rules' ids: events in the store, or rules that are tried in the same way. null: nothing. */
  against: RuleBook | 'stored' | null;
  /** Ids; null: all that something is stored of. */
  cameras: readonly string[] | null;
  /** null: from the first frame that is stored on. */
  fromMs: number | null;
  /** Not included; null: up to the last one. */
  toMs: number | null;
  /**
   * What calibrations begin with: `replay`, nothing, and they learn from all that is stored before, as they would have done
   * in `run`; `stored`, what the data folder has learned up to now.
   */
  calibration: 'replay' | 'stored';
  /** Of active hours. */
  timeZone: string;
  model: ModelDescription;
  hands: Hands;
  signal: AbortSignal;
}

/** What came of it. */
export interface Backtest {
  rows: BacktestRow[];
  /** Vectors that another model made, and that are of no use. */
  otherModel: number;
}

/**
 * Tries rules on what is stored: the events that `run` would have raised, by the same code. What people switched (muted
 * rules, budgets) is not taken into account.
 * @throws WordwatchError `vectors-missing`, `vectors-other-model`, `unknown-camera`, `nothing-to-backtest`, `backtest-range`
 */
export async function backtest(options: BacktestOptions): Promise<Backtest> {
  const { folder } = options;
  using vectors = openVectorsReadOnly(folder);
  using events = openDatabaseReadOnly(folder);
  const store = new VectorStore(vectors);
  const remembered = store.cameras();
  const range = rangeOf(options, remembered);
  const result: Backtest = { rows: [], otherModel: 0 };
  for (const cameraId of camerasOf(options, remembered)) {
    const { rows, otherModel } = await tryCamera(options, { cameraId, ...range, store, events });
    result.rows.push(...rows);
    result.otherModel += otherModel;
  }
  if (result.rows.length > 0) return result;
  throw new WordwatchError('nothing-to-backtest', 'no rule looks at a camera of which something is stored', {
    userInput: true,
    hint: `Cameras in the data folder: ${namesOf(remembered).join(', ')}.`,
  });
}

interface OneCamera {
  cameraId: string;
  fromMs: number;
  toMs: number;
  store: VectorStore;
  /** null: there is no database of events. */
  events: DatabaseSyncInstance | null;
}

async function tryCamera(
  { book, against, folder, model, timeZone, calibration, hands, signal }: BacktestOptions,
  { cameraId, fromMs, toMs, store, events }: OneCamera,
): Promise<Backtest> {
  const trials = new Trials();
  const pairs = rulesOn(book, cameraId).map((rule) => {
    const others = against === null || against === 'stored' ? null : against;
    const old = others && rulesOn(others, cameraId).find(({ id }) => id === rule.id);
    return {
      rule,
      place: trials.add(book, rule),
      old: old ? { rule: old, place: trials.add(others!, old) } : null,
    };
  });
  if (pairs.length === 0) return { rows: [], otherModel: 0 };
  const replayed = await replayCamera({
    ...{ folder, cameraId, fromMs, toMs, books: trials.books, model, timeZone, calibration },
    ...{ store, hands, signal },
  });
  const told = { cameraId, fromMs, toMs, modelHash: model.modelHash };
  const rows = pairs.map(({ rule, place, old }) => {
    const outcome = replayed.outcomes[place]!;
    if (old) {
      const steps = stepsOf(replayed.outcomes[old.place]!, old.rule, told);
      return rowOf({ rule, outcome, old: { source: 'rules', steps }, ...told, book });
    }
    if (against !== 'stored' || !events) return rowOf({ rule, outcome, old: null, ...told, book });
    const steps = storedEvents(events, { cameraId, ruleId: rule.id, fromMs, toMs });
    return rowOf({ rule, outcome, old: { source: 'stored', steps }, ...told, book });
  });
  return { rows, otherModel: replayed.otherModel };
}

/** Rules to be tried, the same one only once. */
class Trials {
  readonly books: RuleBook[] = [];
  readonly #places = new Map<string, number>();

  add(book: RuleBook, rule: WatchRule): number {
    const { scoring } = book.taught.get(rule.id)!;
    const key = JSON.stringify([rule, scoring], (_, value) => (value instanceof Set ? [...value] : value));
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.books.length);
    return this.books.push(bookOfRule(book, rule.id)) - 1;
  }
}

/** Rules of a book that look at a camera. */
export function rulesOn(book: RuleBook, cameraId: string): WatchRule[] {
  return book.rules.filter(({ cameras }) => cameras === null || cameras.includes(cameraId));
}

/** Of what is told. */
export interface Told {
  cameraId: string;
  fromMs: number;
  toMs: number;
  modelHash: string;
}

/** Steps of events that were open in the stretch, or began in it. */
export function stepsOf(
  { transitions }: RuleOutcome,
  { id: ruleId, severity }: WatchRule,
  { cameraId, fromMs, modelHash }: Told,
): BacktestStep[] {
  const told = transitions.filter(({ atMs }) => atMs >= fromMs);
  return told.map((transition) => ({ cameraId, ruleId, severity, ...transition, modelHash }));
}

/** What came of one rule on one camera, beside what was before. */
export function rowOf({
  rule,
  outcome,
  old,
  book,
  ...told
}: Told & {
  rule: WatchRule;
  outcome: RuleOutcome;
  old: { source: 'stored' | 'rules'; steps: readonly BacktestStep[] } | null;
  book: RuleBook;
}): BacktestRow {
  const { cameraId, fromMs, toMs } = told;
  const { coveredMs, gaps, calibration } = outcome;
  const steps = stepsOf(outcome, rule, told);
  const compared = old && compare(eventsOf(steps), eventsOf(old.steps), gaps);
  const events = compared?.events ?? eventsOf(steps);
  const plan = book.plans.get(rule.id)!;
  const isFixed = plan.kind === 'fixed';
  return {
    ...{ cameraId, ruleId: rule.id, fromMs, toMs, coveredMs, gaps, events },
    eventsPerDay: coveredMs < LEAST_MS ? null : (events.length * 86_400_000) / coveredMs,
    old: compared && {
      ...{ source: old.source, events: compared.old },
      ...{ gained: compared.gained, lost: compared.lost, same: compared.same },
    },
    threshold: isFixed ? plan.value : (calibration?.threshold ?? null),
    thresholdState: isFixed ? 'fixed' : (calibration?.state ?? null),
    budgetPerDay: isFixed ? null : plan.budgetPerDay,
    expectedFalseAlarmsPerDay: calibration?.expected?.value ?? null,
    steps,
  };
}
