import type { ModelDescription } from '../model/embedder.js';
import { bookOfRule, type RuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { WordwatchError } from '../shared/errors.js';
import { openDatabaseReadOnly } from '../store/database.js';
import { storedEvents } from '../store/event-history.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { type RememberedCamera, VectorStore } from '../store/vectors/vector-store.js';
import { compare, eventsOf } from './compare.js';
import type { Hands } from './hands.js';
import { replayCamera } from './replay-camera.js';
import type { BacktestRow, BacktestStep } from './result.js';
import type { RuleOutcome } from './rule-replay.js';

/** What {@link backtest} is asked to do. */
export interface BacktestOptions {
  /** Data folder; it is only read. */
  folder: string;
  book: RuleBook;
  /** Rules that are tried in the same way, to be compared by id; null: events in the store. */
  against: RuleBook | null;
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
  const { folder, book, against, signal } = options;
  using vectors = openVectorsReadOnly(folder);
  using events = openDatabaseReadOnly(folder);
  const store = new VectorStore(vectors);
  const stored = store.cameras();
  const range = rangeOf(options, stored);
  const result: Backtest = { rows: [], otherModel: 0 };
  for (const cameraId of camerasOf(options, stored)) {
    const rules = rulesOn(book, cameraId);
    if (rules.length === 0) continue;
    const oldRules = rules.map(
      ({ id }) => against && rulesOn(against, cameraId).find((rule) => rule.id === id),
    );
    const trials = new Trials();
    const places = rules.map((rule) => trials.add(book, rule));
    const oldPlaces = oldRules.map((rule) => (rule ? trials.add(against!, rule) : null));
    const replayed = await replayCamera({
      ...options,
      ...range,
      cameraId,
      store,
      books: trials.books,
      signal,
    });
    result.otherModel += replayed.otherModel;
    const told = { cameraId, ...range, modelHash: options.model.modelHash };
    for (const [i, rule] of rules.entries()) {
      const outcome = replayed.outcomes[places[i]!]!;
      const oldPlace = oldPlaces[i]!;
      const oldSteps =
        oldPlace !== null
          ? stepsOf(replayed.outcomes[oldPlace]!, oldRules[i]!, told)
          : against || !events
            ? null
            : storedEvents(events, { cameraId, ruleId: rule.id, ...range });
      result.rows.push(
        rowOf({ rule, outcome, oldSteps, ...told, book, source: against ? 'rules' : 'stored' }),
      );
    }
  }
  if (result.rows.length > 0) return result;
  throw new WordwatchError('nothing-to-backtest', 'no rule looks at a camera of which something is stored', {
    userInput: true,
    hint: `Cameras in the data folder: ${namesOf(stored).join(', ')}.`,
  });
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

function rulesOn(book: RuleBook, cameraId: string): WatchRule[] {
  return book.rules.filter(({ cameras }) => cameras === null || cameras.includes(cameraId));
}

function namesOf(stored: readonly RememberedCamera[]): string[] {
  return [...new Set(stored.map(({ cameraId }) => cameraId))];
}

function camerasOf({ cameras, folder }: BacktestOptions, stored: readonly RememberedCamera[]): string[] {
  const known = namesOf(stored);
  const unknown = cameras?.find((id) => !known.includes(id));
  if (unknown === undefined) return cameras ? [...new Set(cameras)] : known;
  throw new WordwatchError('unknown-camera', `nothing is stored of a camera "${unknown}" in ${folder}`, {
    userInput: true,
    hint: `Cameras there: ${known.join(', ')}.`,
  });
}

function rangeOf(
  { fromMs, toMs, model, folder }: BacktestOptions,
  stored: readonly RememberedCamera[],
): { fromMs: number; toMs: number } {
  const ours = stored.filter(({ modelHash }) => modelHash === model.modelHash);
  if (stored.length === 0) {
    throw new WordwatchError('vectors-missing', `${folder}: nothing is remembered in this folder yet`, {
      userInput: true,
      hint: 'What "run" sees is written within two minutes.',
    });
  }
  if (ours.length === 0) {
    throw new WordwatchError('vectors-other-model', `what is stored in ${folder} was made by another model`, {
      userInput: true,
      hint: `This one is ${model.name}: name the other with --model.`,
    });
  }
  const [first, last] = [
    Math.min(...ours.map((row) => row.fromMs)),
    Math.max(...ours.map((row) => row.toMs)),
  ];
  const range = { fromMs: fromMs ?? first, toMs: toMs ?? last + 1 };
  if (range.fromMs < range.toMs && range.fromMs <= last && range.toMs > first) return range;
  const text = (ms: number) => new Date(ms).toISOString();
  const isReversed = range.fromMs >= range.toMs && fromMs !== null && toMs !== null;
  const message = isReversed
    ? `the time ends (${text(range.toMs)}) before it begins (${text(range.fromMs)})`
    : `nothing is stored of that time in ${folder}`;
  throw new WordwatchError('backtest-range', message, {
    userInput: true,
    hint: `What is stored reaches from ${text(first)} to ${text(last)}.`,
  });
}

interface Told {
  cameraId: string;
  fromMs: number;
  toMs: number;
  modelHash: string;
}

/** Steps of events that were open in the stretch, or began in it. */
function stepsOf(
  { transitions }: RuleOutcome,
  { id: ruleId, severity }: WatchRule,
  { cameraId, fromMs, modelHash }: Told,
): BacktestStep[] {
  const told = transitions.filter(({ atMs }) => atMs >= fromMs);
  return told.map((transition) => ({ cameraId, ruleId, severity, ...transition, modelHash }));
}

function rowOf({
  rule,
  outcome,
  oldSteps,
  book,
  source,
  ...told
}: Told & {
  rule: WatchRule;
  outcome: RuleOutcome;
  /** null: there is nothing to compare with. */
  oldSteps: readonly BacktestStep[] | null;
  book: RuleBook;
  source: 'stored' | 'rules';
}): BacktestRow {
  const { cameraId, fromMs, toMs } = told;
  const { coveredMs, gaps, calibration } = outcome;
  const steps = stepsOf(outcome, rule, told);
  const compared = oldSteps && compare(eventsOf(steps), eventsOf(oldSteps), gaps);
  const events = compared?.events ?? eventsOf(steps);
  const plan = book.plans.get(rule.id)!;
  const isFixed = plan.kind === 'fixed';
  return {
    ...{ cameraId, ruleId: rule.id, fromMs, toMs, coveredMs, gaps, events },
    eventsPerDay: coveredMs === 0 ? null : (events.length * 86_400_000) / coveredMs,
    old: compared && {
      ...{ source, events: compared.old },
      ...{ gained: compared.gained, lost: compared.lost, same: compared.same },
    },
    threshold: isFixed ? plan.value : (calibration?.threshold ?? null),
    thresholdState: isFixed ? 'fixed' : (calibration?.state ?? null),
    budgetPerDay: isFixed ? null : plan.budgetPerDay,
    expectedFalseAlarmsPerDay: calibration?.expected?.value ?? null,
    steps,
  };
}
