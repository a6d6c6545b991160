import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ModelDescription } from '../model/embedder.js';
import type { RuleBook } from '../pipeline/rule-book.js';
import { DraftMargins } from '../rules/draft-margins.js';
import { WordwatchError } from '../shared/errors.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore } from '../store/vectors/vector-store.js';
import { type BudgetOption, sweepBudgets } from './budget-sweep.js';
import { ofModel, until } from './replay-camera.js';
import { type JudgedFrame, type RuleOutcome, RuleReplay } from './rule-replay.js';
import { type FootagePiece, WarmFootage } from './warm-footage.js';

/** Vectors whose footage is kept: some 300 MB. What was used longest ago goes. */
const MOST_VECTORS = 6_000_000;
/** Outcomes that are kept: of the rule in force, and of what somebody goes back to. */
const KEPT_OUTCOMES = 16;
/** Of which a calibration learns before what is told; where nothing is calibrated, an hour is plenty. */
const CALIBRATED_RUN_UP_MS = 24 * 3_600_000;
const FIXED_RUN_UP_MS = 3_600_000;

/** One rule on one camera. */
export interface PreviewTask {
  /** Data folder. */
  folder: string;
  cameraId: string;
  /** Of one rule. */
  book: RuleBook;
  model: ModelDescription;
  timeZone: string;
  fromMs: number;
  /** Not included. */
  toMs: number;
  /** Budgets to be tried, alarms a day; null: the rule as it is. */
  budgets: readonly number[] | null;
  /** One int32; not 0: nobody waits any more. */
  stop: SharedArrayBuffer;
}

/** What came of it. */
export interface PreviewReply {
  outcome: RuleOutcome;
  /** Of the task's budgets, in their order. */
  budgets: BudgetOption[];
  /** Vectors of the stretch that another model made. */
  otherModel: number;
}

/** Tries one rule after the other, and keeps ready what they have in common. */
export class PreviewHand implements Disposable {
  #database: { folder: string; vectors: DatabaseSyncInstance; store: VectorStore } | null = null;
  /** By camera and model; the newest in use is at the end. */
  readonly #footage = new Map<string, WarmFootage>();
  readonly #known = new Map<string, PreviewReply>();
  #stop: Int32Array = new Int32Array(1);

  /** @throws WordwatchError `backtest-stopped`, and when the data folder cannot be read */
  handle(task: PreviewTask): PreviewReply {
    this.#stop = new Int32Array(task.stop);
    const store = this.#open(task.folder);
    const { cameraId, toMs, model } = task;
    const startMs = task.fromMs - runUpMs(task);
    const found = store.rows({ cameraId, fromMs: startMs, toMs });
    const { rows, holes, otherModel } = ofModel(found, { store, model, fromMs: task.fromMs });
    const footage = this.#footageOf(`${cameraId}/${model.modelHash}`, store);
    footage.refresh(rows, task.book.set);
    const key = keyOf(task, footage.stamp);
    const known = this.#known.get(key);
    const reply = known ?? { ...this.#try(task, { footage, startMs, holes }), otherModel };
    this.#known.delete(key);
    this.#known.set(key, reply);
    for (const old of this.#known.keys()) if (this.#known.size > KEPT_OUTCOMES) this.#known.delete(old);
    this.#forgetOldest();
    return reply;
  }

  #try(
    task: PreviewTask,
    { footage, startMs, holes }: { footage: WarmFootage; startMs: number; holes: RuleOutcome['gaps'] },
  ): Omit<PreviewReply, 'otherModel'> {
    const { book, fromMs, toMs, budgets } = task;
    const judged: JudgedFrame[] = [];
    const replay = new RuleReplay({
      ...{ ...task, streams: footage.streams, calibrations: null },
      onJudged: (frame) => {
        if (budgets && frame.atMs >= fromMs - FIXED_RUN_UP_MS) judged.push(frame);
      },
    });
    const taught = book.taught.get(book.rules[0]!.id)!;
    const words = `${taught.words}/${taught.probe?.version ?? ''}`;
    let made: DraftMargins | null = null;
    const margins = () => {
      made ??= new DraftMargins(book.set);
      return made;
    };
    const { pieces } = footage;
    const isBefore = ({ rows }: FootagePiece) => rows.at(-1)!.toMs < startMs;
    const first = Math.max(
      0,
      pieces.findIndex((piece) => !isBefore(piece)),
    );
    const column = (piece: FootagePiece) => footage.column(piece, { words, margins });
    if (first > 0) replay.glance(pieces[first - 1]!.tape, column(pieces[first - 1]!));
    const own = [...holes];
    for (const piece of pieces.slice(first)) {
      this.#check();
      own.push(...piece.holes);
      replay.take(until(piece.tape, toMs), column(piece));
    }
    const outcome = replay.finish(own);
    const { calibration } = replay;
    if (!budgets || !calibration) return { outcome, budgets: [] };
    return {
      outcome,
      budgets: sweepBudgets(judged, { ...task, rule: book.rules[0]!, budgets, calibration }),
    };
  }

  #check(): void {
    if (Atomics.load(this.#stop, 0) !== 0)
      throw new WordwatchError('backtest-stopped', 'the preview was stopped');
  }

  #footageOf(key: string, store: VectorStore): WarmFootage {
    const footage = this.#footage.get(key) ?? new WarmFootage({ store, check: () => this.#check() });
    this.#footage.delete(key);
    this.#footage.set(key, footage);
    return footage;
  }

  #forgetOldest(): void {
    let vectors = [...this.#footage.values()].reduce((sum, footage) => sum + footage.vectors, 0);
    for (const [key, footage] of this.#footage) {
      if (vectors <= MOST_VECTORS) return;
      vectors -= footage.vectors;
      this.#footage.delete(key);
    }
  }

  #open(folder: string): VectorStore {
    if (this.#database?.folder !== folder) {
      this[Symbol.dispose]();
      const vectors = openVectorsReadOnly(folder);
      this.#database = { folder, vectors, store: new VectorStore(vectors) };
    }
    return this.#database!.store;
  }

  [Symbol.dispose](): void {
    this.#database?.vectors.close();
    this.#database = null;
    this.#footage.clear();
    this.#known.clear();
  }
}

function runUpMs({ book }: PreviewTask): number {
  const { id, timing } = book.rules[0]!;
  if (book.plans.get(id)!.kind === 'calibrated') return CALIBRATED_RUN_UP_MS;
  return FIXED_RUN_UP_MS + timing.forMs + timing.clearForMs + timing.cooldownMs;
}

/** Whatever makes another outcome. */
function keyOf(
  { book, cameraId, model, fromMs, toMs, budgets, timeZone }: PreviewTask,
  stamp: string,
): string {
  const [rule] = book.rules;
  const parts = [rule, book.taught.get(rule!.id)!.scoring, [...book.plans], cameraId, model.modelHash];
  return JSON.stringify([...parts, fromMs, toMs, budgets, timeZone, stamp], (_, value) =>
    value instanceof Set ? [...value] : value,
  );
}
