import type { MinuteRow, VectorStore } from '../store/vectors/vector-store.js';
import type { CameraTask, HandOutcome } from './hand.js';
import type { Hands } from './hands.js';
import { openTable } from './margin-table.js';
import type { Gap } from './result.js';
import type { PlacedRow, Tape } from './tape.js';

/** Margins held at once: 128 MB. A longer stretch is gone through piece by piece. */
const MOST_MARGINS = 32_000_000;
/** What is in force at the beginning needs no older frames than these, where nothing is calibrated. */
const RUN_UP_MS = 3_600_000;

/** What {@link replayCamera} needs. */
export interface CameraReplayOptions extends Omit<CameraTask, 'own'> {
  store: VectorStore;
  hands: Hands;
  signal: AbortSignal;
  /** How long before the stretch frames are gone through; left out: as long as what is in force then may depend on. */
  runUpMs?: number;
  /** Of all rules, held at once. */
  mostMargins?: number;
}

/** What came of a camera. */
export interface CameraReplay {
  /** In the order of the books. */
  outcomes: HandOutcome[];
  /** Vectors of the stretch that another model made, and that are of no use. */
  otherModel: number;
}

/** Tries rules on what is stored of one camera. The threads share the work: rows first, then rules. */
export async function replayCamera(options: CameraReplayOptions): Promise<CameraReplay> {
  const { store, hands, signal, runUpMs = runUpMsOf(options), mostMargins = MOST_MARGINS, ...task } = options;
  const { books, cameraId, toMs } = task;
  const found = store.rows({ cameraId, fromMs: task.fromMs - runUpMs, toMs });
  const { rows, holes, otherModel } = ofModel(found, options);
  const ownOf = (hand: number) => [...books.keys()].filter((place) => place % hands.count === hand);
  // The first one has the tape to make.
  await hands.all((hand) => ({ kind: 'begin', camera: { ...task, own: ownOf(hand) } }), signal);
  for (const piece of piecesOf(rows, mostMargins / books.length)) {
    const table = openTable(piece, books.length);
    const [made] = await hands.all((hand) => ({ kind: 'score', table, makesTape: hand === 0 }), signal);
    const tape = made!.tape!;
    holes.push(...made!.holes!);
    await hands.all(() => ({ kind: 'judge', table, tape: until(tape, toMs) }), signal);
  }
  const finished = await hands.all(() => ({ kind: 'finish', holes }), signal);
  const outcomes: HandOutcome[] = [];
  for (const [hand, { outcomes: own }] of finished.entries())
    for (const [i, place] of ownOf(hand).entries()) outcomes[place] = own![i]!;
  return { outcomes, otherModel };
}

/** How long before the stretch it has to begin: calibrations learn from all that there is. */
function runUpMsOf({ books, calibration }: Pick<CameraTask, 'books' | 'calibration'>): number {
  const each = books.map(({ rules, plans }) => {
    const { id, timing } = rules[0]!;
    if (calibration === 'replay' && plans.get(id)!.kind === 'calibrated') return Infinity;
    return RUN_UP_MS + timing.forMs + timing.clearForMs + timing.cooldownMs;
  });
  return Math.max(0, ...each);
}

/** Rows that a model made, and what is known of the others. */
export function ofModel(
  rows: readonly MinuteRow[],
  {
    store,
    model,
    fromMs,
  }: Pick<CameraReplayOptions, 'store' | 'fromMs'> & { model: Pick<CameraTask['model'], 'modelHash'> },
): { rows: MinuteRow[]; holes: Gap[]; otherModel: number } {
  const streams = store.streams();
  const isOurs = ({ streamId }: MinuteRow) => streams.get(streamId)!.modelHash === model.modelHash;
  const others = rows.filter((row) => !isOurs(row));
  return {
    rows: rows.filter(isOurs),
    holes: others.map((row) => ({ fromMs: row.fromMs, toMs: row.toMs, reason: 'other-model' })),
    otherModel: others.filter(({ toMs }) => toMs >= fromMs).reduce((sum, { vectors }) => sum + vectors, 0),
  };
}

function* piecesOf(rows: readonly MinuteRow[], mostVectors: number): Generator<PlacedRow[]> {
  let piece: PlacedRow[] = [];
  let vectors = 0;
  for (const row of rows) {
    if (piece.length > 0 && vectors + row.vectors > mostVectors) {
      yield piece;
      [piece, vectors] = [[], 0];
    }
    piece.push({ ...row, firstVector: vectors });
    vectors += row.vectors;
  }
  if (piece.length > 0) yield piece;
}

/** A row may go on beyond the stretch. */
export function until(tape: Tape, toMs: number): Tape {
  const end = tape.atMs.findIndex((atMs) => atMs >= toMs);
  return end === -1 ? tape : { ...tape, frames: end };
}
