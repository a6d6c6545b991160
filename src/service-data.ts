import { basename } from 'node:path';
import type { CameraStatus } from './capture/source.js';
import type { CameraConfig } from './config/index.js';
import type { Embedder } from './model/embedder.js';
import type { ModelHealth } from './model/health.js';
import type { CalibrationKeeper } from './pipeline/calibration-keeper.js';
import { calibrationRows } from './pipeline/calibration-rows.js';
import { type CalibrationSummaryRow, summariesOf } from './pipeline/calibration-summary.js';
import type { ClipRecorder } from './pipeline/clip-recorder.js';
import type { FeasibilityCheck } from './pipeline/feasibility-check.js';
import type { Lessons } from './pipeline/lessons.js';
import type { LiveRules } from './pipeline/live-rules.js';
import type { NewestFrames } from './pipeline/newest-frames.js';
import type { Reviews } from './pipeline/reviews.js';
import type { Deliveries } from './publish/destinations.js';
import type { MqttPublisher } from './publish/mqtt-publisher.js';
import type { ThresholdPlan } from './rules/thresholds.js';
import { searchMemory } from './search/search-memory.js';
import type { SearchService } from './search/search-service.js';
import type { Problem } from './server/messages.js';
import type { PastData } from './server/past-data.js';
import type { ServerData } from './server/server-data.js';
import { HEALTH_REASONS } from './shared/camera-health.js';
import type { EventStore } from './store/event-store.js';
import type { HistoryStore } from './store/history/history-store.js';
import type { MomentStore } from './store/moment-store.js';
import type { Retention } from './store/retention.js';
import type { SnapshotFolder } from './store/snapshots.js';
import type { RuleStudio } from './studio/rule-studio.js';
import type { Metrics } from './telemetry/metrics.js';

/** The parts of the service that the server shows, or lets people use. */
export interface ServiceParts {
  cameras: readonly CameraConfig[];
  timeZone: string;
  /** Newest of each camera. */
  statuses: ReadonlyMap<string, CameraStatus>;
  rules: LiveRules;
  embedder: Embedder;
  modelHealth: ModelHealth;
  store: EventStore;
  snapshots: SnapshotFolder;
  moments: MomentStore;
  history: HistoryStore;
  newest: NewestFrames;
  /** null: none are made. */
  clips: ClipRecorder | null;
  /** Path of a corrupt database that was put aside. */
  setAside: string | null;
  retention: Retention;
  calibrations: CalibrationKeeper;
  feasibility: FeasibilityCheck;
  reviews: Reviews;
  past: PastData;
  lessons: Lessons;
  studio: RuleStudio;
  /** null: nothing is remembered. */
  search: SearchService | null;
  publisher: MqttPublisher | null;
  deliveries: Deliveries;
  metrics: Metrics;
  system: ServerData['system'];
  /** Aborts when the service stops. */
  signal: AbortSignal;
}

/** The running service as the server sees it. */
export function createServerData(parts: ServiceParts): ServerData {
  const { cameras, statuses, rules, embedder, modelHealth, store, snapshots, moments, clips } = parts;
  const { calibrations, feasibility, reviews, lessons, search, history, newest, metrics, signal } = parts;
  const cameraIds = cameras.map(({ id }) => id);
  const problems = () => problemsOf(parts);
  return {
    get model() {
      return embedder.describe();
    },
    timeZone: parts.timeZone,
    cameras: () => cameras.map(({ id, name }) => ({ id, name, status: statuses.get(id)! })),
    rules: () =>
      rules.book.rules.map(({ id, name, when, not, cameras, severity }) => ({
        ...{ id, name, severity, when: [...when], not: [...not] },
        cameras: cameras === null ? null : [...cameras],
        ...limitOf(rules.book.plans.get(id)!),
      })),
    events: (range) => store.list(range),
    event: (id) => store.get(id),
    calibrations: ({ cameraId, ruleId }) => {
      const ids = cameraIds.filter((id) => cameraId === undefined || id === cameraId);
      const rows = calibrationRows({ calibrations, moments: moments, book: rules.book, cameraIds: ids });
      return rows.filter((row) => ruleId === undefined || row.ruleId === ruleId);
    },
    calibrationSummaries: async ({ camera, rule: ruleId = null, offset, limit }) => {
      const ids = cameraIds.filter((id) => camera === undefined || id === camera);
      const all = { calibrations, book: rules.book, cameraIds: ids };
      const { total, rows } = await summariesOf(all, { ruleId, offset, limit });
      const pointsOf = (row: CalibrationSummaryRow) =>
        row.history.map(({ atMs, threshold }): [number, number] => [atMs, threshold]);
      return { total, calibrations: rows.map((row) => ({ ...row, history: pointsOf(row) })) };
    },
    feasibility: ({ cameraId, ruleId }) => {
      const rule = rules.book.rules.find(({ id }) => id === ruleId);
      return rule && cameraIds.includes(cameraId) ? feasibility.assess(rule, cameraId) : null;
    },
    past: parts.past,
    review: (id, verdict) => {
      const reviewed = reviews.apply(id, verdict);
      return reviewed && { id, verdict, threshold: reviewed.threshold };
    },
    lesson: (ruleId) => lessons.propose(ruleId, rules.book)?.proposal ?? null,
    teach: (ruleId, input) => {
      const applied = lessons.change(ruleId, rules.book, input);
      if (applied) rules.relearn();
      return applied;
    },
    studio: parts.studio,
    scoreMinutes: (stretch) => history.minutes(stretch),
    healthChanges: (stretch) => history.health(stretch),
    tiles: ({ cameraId, ruleId }) => {
      const tiles = newest.tiles(cameraId, ruleId);
      return tiles && { cameraId, ruleId, ...tiles };
    },
    search: (input, signal) => search && searchMemory(search, input, signal),
    still: async (frame, signal) => (await search?.still(frame, signal)) ?? null,
    snapshot: (id) => snapshots.read(id),
    clip: async (id) => (await clips?.find(id)) ?? null,
    lastSeq: () => store.lastSeq,
    health: () => ({ ok: problems().length === 0, problems: problems() }),
    ready: () => modelHealth.reason() === null && store.waiting === 0 && !signal.aborted,
    system: parts.system,
    metrics: () => metrics.text(),
  };
}

/** What does not work now. */
function problemsOf(parts: ServiceParts): Problem[] {
  const { modelHealth, statuses, publisher, deliveries, store, retention, setAside } = parts;
  return [
    ...(modelHealth.reason() === null
      ? []
      : [{ part: 'model', reason: `nothing is detected: ${modelHealth.reason()}` }]),
    ...[...statuses.values()].flatMap(cameraProblems),
    ...(publisher && !publisher.health().connected
      ? [{ part: 'mqtt', reason: publisher.health().reason ?? 'not connected' }]
      : []),
    ...deliveries.health().flatMap(({ name, reason }) => (reason === null ? [] : [{ part: name, reason }])),
    ...(store.waiting > 0 ? [{ part: 'store', reason: `${store.waiting} events wait for the disk` }] : []),
    ...(retention.nearlyFull === null ? [] : [{ part: 'store', reason: retention.nearlyFull }]),
    ...(setAside === null
      ? []
      : [
          {
            part: 'store',
            reason: `the database was corrupt and is now ${basename(setAside)}; a new one has begun`,
          },
        ]),
  ];
}

function cameraProblems({ cameraId, state, reason, missedPart, health }: CameraStatus): Problem[] {
  const part = `camera ${cameraId}`;
  if (state === 'offline') return [{ part, reason: reason ?? 'offline' }];
  if (health) return [{ part, reason: HEALTH_REASONS[health.kind] }];
  if (missedPart === 0 || state !== 'online') return [];
  return [
    { part, reason: `the machine is too slow: ${Math.round(missedPart * 100)} % of its frames are skipped` },
  ];
}

function limitOf(plan: ThresholdPlan): { threshold: number | null; budgetPerDay: number | null } {
  return plan.kind === 'fixed'
    ? { threshold: plan.value, budgetPerDay: null }
    : { threshold: null, budgetPerDay: plan.budgetPerDay };
}
