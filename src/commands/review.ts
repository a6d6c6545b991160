import type { Verdict } from '../detect/event.js';
import { CalibrationKeeper } from '../pipeline/calibration-keeper.js';
import { type Reviewed, Reviews } from '../pipeline/reviews.js';
import { WordwatchError } from '../shared/errors.js';
import { CalibrationStore } from '../store/calibration-store.js';
import { openExistingDatabase } from '../store/database.js';
import { MomentStore } from '../store/moment-store.js';
import { createLogger } from '../telemetry/logger.js';
import type { Output } from './output.js';

/** What {@link runReview} is asked to do. */
export interface ReviewOptions {
  /** null: takes back what was said. */
  verdict: Verdict | null;
  /** Of events or peaks. */
  ids: readonly string[];
  /** Data folder. */
  storePath: string;
  output: Output;
}

/**
 * Says of events and peaks whether they were what their rule is for. A service that runs on the same data folder takes it
 * over within a minute.
 * @returns the exit code
 */
export function runReview({ verdict, ids, storePath, output }: ReviewOptions): number {
  using database = openExistingDatabase(storePath);
  const moments = new MomentStore(database);
  const unknown = ids.filter((id) => moments.get(id) === null);
  if (unknown.length > 0) {
    throw new WordwatchError(
      'unknown-moment',
      `${unknown.join(', ')}: no such event or peak in ${storePath}`,
      {
        userInput: true,
        hint: 'Ids are in events, and in what "wordwatch calibrate" prints: the names of the pictures without .jpg.',
      },
    );
  }
  const { modelHash } = moments.get(ids[0]!)!;
  const logger = createLogger({ level: 'warn' });
  using calibrations = new CalibrationKeeper({
    store: new CalibrationStore(database),
    modelHash: () => modelHash,
    logger,
  });
  const reviews = new Reviews({ moments, calibrations });
  for (const id of ids) {
    const reviewed = reviews.apply(id, verdict)!;
    output.stdout(output.json ? `${JSON.stringify(asJson(reviewed))}\n` : `${describe(reviewed)}\n`);
  }
  return 0;
}

function asJson({ moment: { id, kind, cameraId, ruleId, verdict }, threshold }: Reviewed) {
  return { id, kind, cameraId, ruleId, verdict, threshold };
}

function describe({ moment, threshold }: Reviewed): string {
  const { kind, cameraId, ruleId, verdict, score } = moment;
  const what = `${ruleId} on ${cameraId}, ${kind} of score ${score.toFixed(2)}: ${verdict ?? 'not judged'}`;
  if (threshold === null) return what;
  const { before, after } = threshold;
  return `${what}; threshold ${before.toFixed(2)}${before === after ? ', as before' : ` → ${after.toFixed(2)}`}`;
}
