import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ModelDescription } from '../model/embedder.js';
import type { RuleBook } from '../pipeline/rule-book.js';
import { CalibrationStore } from '../store/calibration-store.js';
import { openDatabaseReadOnly } from '../store/database.js';
import { openVectorsReadOnly } from '../store/vectors/vector-database.js';
import { VectorStore, type VectorStream } from '../store/vectors/vector-store.js';
import { columnOf, type MarginTable, TableFiller } from './margin-table.js';
import type { Gap } from './result.js';
import { type JudgedFrame, type RuleOutcome, RuleReplay } from './rule-replay.js';
import { type Tape, TapeMaker } from './tape.js';

/** One camera and the rules that are tried on it. */
export interface CameraTask {
  /** Data folder. */
  folder: string;
  cameraId: string;
  /** Of one rule each. */
  books: readonly RuleBook[];
  /** Which of them this hand goes through the frames with. */
  own: readonly number[];
  model: ModelDescription;
  timeZone: string;
  /** What calibrations begin with: nothing, or what the data folder has. */
  calibration: 'replay' | 'stored';
  fromMs: number;
  toMs: number;
  /** Whether the score of every frame is told. */
  tellsScores?: boolean;
}

/** What a hand is asked to do. */
export type HandTask =
  | { kind: 'begin'; camera: CameraTask }
  /** @param makesTape whether it also makes the tape: one hand does, the same for all stretches of a camera */
  | { kind: 'score'; table: MarginTable; makesTape: boolean }
  | { kind: 'judge'; table: MarginTable; tape: Tape }
  | { kind: 'finish'; holes: readonly Gap[] };

/** The score of one frame; null: the camera was seen, but nothing is known of it. */
export interface FrameScore {
  atMs: number;
  score: number | null;
  threshold: number | null;
}

/** What came of a rule on a camera, and the scores of the stretch; none where nobody asked. */
export interface HandOutcome extends RuleOutcome {
  scores: FrameScore[];
}

/** What it answers. */
export interface HandReply {
  /** Of `score`. */
  tape?: Tape;
  holes?: Gap[];
  /** Of `finish`: one for each of its own rules. */
  outcomes?: HandOutcome[];
}

/** Does a share of a camera's backtest: in a thread of its own (`hand-worker.ts`), or in the caller's. */
export class Hand implements Disposable {
  #folder = '';
  #databases: { vectors: DatabaseSyncInstance; main: DatabaseSyncInstance | null } | null = null;
  #filler: TableFiller | null = null;
  #tapes: TapeMaker | null = null;
  #replays: { place: number; replay: RuleReplay; scores: FrameScore[] }[] = [];

  /** @throws WordwatchError when the data folder cannot be read */
  handle(task: HandTask): HandReply {
    switch (task.kind) {
      case 'begin':
        this.#begin(task.camera);
        return {};
      case 'score': {
        const made = task.makesTape ? this.#tapes!.make(task.table.rows) : {};
        this.#filler!.fill(task.table);
        return made;
      }
      case 'judge':
        for (const { place, replay } of this.#replays) replay.take(task.tape, columnOf(task.table, place));
        return {};
      case 'finish':
        return {
          outcomes: this.#replays.map(({ replay, scores }) => ({ ...replay.finish(task.holes), scores })),
        };
    }
  }

  #begin({ folder, books, own, calibration, tellsScores = false, ...camera }: CameraTask): void {
    const { vectors, main } = this.#open(folder);
    const store = new VectorStore(vectors);
    const streams: Map<number, VectorStream> = store.streams();
    const set = { ...books[0]!.set, rules: books.flatMap((book) => book.set.rules) };
    this.#filler = new TableFiller({ store, set });
    this.#tapes = new TapeMaker({ store, streams });
    const calibrations = calibration === 'stored' && main ? new CalibrationStore(main) : null;
    this.#replays = own.map((place) => {
      const scores: FrameScore[] = [];
      const note = (frame: JudgedFrame) => {
        if (frame.score && frame.atMs >= camera.fromMs) scores.push(told(frame.atMs, frame.score));
      };
      const options = { ...camera, book: books[place]!, streams, calibrations };
      const replay = new RuleReplay(tellsScores ? { ...options, onJudged: note } : options);
      return { place, replay, scores };
    });
  }

  #open(folder: string): { vectors: DatabaseSyncInstance; main: DatabaseSyncInstance | null } {
    if (this.#databases === null || this.#folder !== folder) {
      this[Symbol.dispose]();
      this.#folder = folder;
      this.#databases = { vectors: openVectorsReadOnly(folder), main: openDatabaseReadOnly(folder) };
    }
    return this.#databases;
  }

  [Symbol.dispose](): void {
    this.#databases?.vectors.close();
    this.#databases?.main?.close();
    this.#databases = null;
  }
}

function told(
  atMs: number,
  { score, threshold }: Pick<NonNullable<JudgedFrame['score']>, 'score' | 'threshold'>,
): FrameScore {
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  return { atMs, score: known(score), threshold: known(threshold) };
}
