import type { DetectionEvent, Verdict } from '../detect/event.js';
import type { ModelDescription } from '../model/embedder.js';
import type { ScoreMinute } from '../store/history/minute-scores.js';
import type { CalibrationSummaries, SummaryQuery } from './api/calibration-routes.js';
import type { HealthHistoryInfo } from './api/history-routes.js';
import type { SearchInfo, SearchInput } from './api/search-schemas.js';
import type { StudioData } from './api/studio-data.js';
import type { SystemInfo } from './api/system-routes.js';
import type { TilesInfo } from './api/tile-routes.js';
import type {
  CalibrationInfo,
  CameraInfo,
  FeasibilityInfo,
  LessonInfo,
  LessonInput,
  LessonResult,
  Problem,
  ReviewResult,
  RuleInfo,
} from './messages.js';
import type { PastData } from './past-data.js';

/** Whether everything works, and what does not. */
export interface Health {
  ok: boolean;
  problems: Problem[];
}

/** A stretch of time of a camera, milliseconds since the epoch; `toMs` not included. */
export interface Stretch {
  cameraId: string;
  fromMs: number;
  toMs: number;
}

/** What the server shows: the rest of the program as it sees it. */
export interface ServerData {
  /** All cameras with their newest status. */
  cameras(): CameraInfo[];
  /** Rules in force. */
  rules(): RuleInfo[];
  /** Stored events with a sequence number above `after`, oldest first, at most `limit`. An event is stored before the bus tells it. */
  events(range: { after: number; limit: number }): DetectionEvent[];
  /** The newest phase of one event, or null. */
  event(id: string): DetectionEvent | null;
  /** How calibrated thresholds stand; of one camera or one rule where they are given. */
  calibrations(filter: { cameraId?: string | undefined; ruleId?: string | undefined }): CalibrationInfo[];
  /** How all of them stand and moved, in pages. */
  calibrationSummaries(query: SummaryQuery): Promise<CalibrationSummaries>;
  /** Whether a rule can work on a camera; null: there is no such rule or camera. */
  feasibility(pair: { cameraId: string; ruleId: string }): Promise<FeasibilityInfo> | null;
  readonly past: PastData;
  /** Notes a verdict on an event or a peak; null: there is none of that id. */
  review(id: string, verdict: Verdict | null): ReviewResult | null;
  /** What reviews can teach about a rule, and what that would have changed; null: there is no such rule. */
  lesson(ruleId: string): LessonInfo | null;
  /** Applies what is offered, or takes the newest lesson back, of a rule in force; null: there is nothing to do. */
  teach(ruleId: string, input: LessonInput): LessonResult | null;
  /** Where rules are written. */
  readonly studio: StudioData;
  /** What is stored of a camera's minutes that begin in a stretch of time, oldest first, in portions. */
  scoreMinutes(stretch: Stretch): AsyncIterable<readonly ScoreMinute[]>;
  /** How a camera stood, oldest first: the newest `limit` changes, and before them what was in force at the beginning. */
  healthChanges(stretch: Stretch & { limit: number }): HealthHistoryInfo['changes'];
  /** A camera's newest frame, tile by tile; null: there has been none, or the camera has no such rule. */
  tiles(of: { cameraId: string; ruleId: string | null }): TilesInfo | null;
  /**
   * Looks through what is remembered; `busy`: too many do; null: nothing is remembered; `refused`: why it cannot be looked for.
   * @param signal who asks is gone
   */
  search(
    input: SearchInput,
    signal: AbortSignal,
  ): Promise<SearchInfo | 'busy' | { refused: { code: string; message: string } }> | null;
  /** JPEG of a frame of an indexed recording, or of the picture of a minute that was taken then; `busy`: too many wait; null: there is none. @param signal who asks is gone */
  still(frame: { cameraId: string; atMs: number }, signal: AbortSignal): Promise<Uint8Array | 'busy' | null>;
  /** JPEG of one event or peak, or null. `id` is a UUID. */
  snapshot(id: string): Promise<Uint8Array | null>;
  /** An event's clip; `coming`: it is not complete yet; null: there is none. `id` is a UUID. */
  clip(id: string): Promise<{ path: string } | 'coming' | null>;
  /** Highest sequence number given out. */
  lastSeq(): number;
  readonly model: ModelDescription;
  /** The cameras', as IANA names it. */
  readonly timeZone: string;
  /** Asked every few seconds. */
  health(): Health;
  /** Whether the parts that everything else needs are up: the model and the store. */
  ready(): boolean;
  /** How the program does, for people. */
  system(): Promise<SystemInfo>;
  /** Numbers for Prometheus, and their content type. */
  metrics(): Promise<{ type: string; body: string }>;
}
