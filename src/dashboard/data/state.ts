import { computed, type Signal, signal } from '@preact/signals';
import type { DetectionEvent } from '../../detect/event.js';
import type { CameraInfo, FrameHeader, ModelInfo, Problem, RuleInfo } from '../../server/messages.js';
import type { Scope } from '../../server/scopes.js';

/** Events the page remembers; older ones are forgotten. */
export const EVENTS_KEPT = 200;

/** A camera's newest picture. */
interface Picture {
  header: FrameHeader;
  url: string;
}

/** Who looks at the page, and what they may do. */
export interface Visitor {
  /** null: no token is asked for. */
  name: string | null;
  scope: Scope;
}

/** `lost`: it was there and is not now, so what the page shows is old. */
type Connection = 'connecting' | 'live' | 'lost' | 'signed-out';

export const connection = signal<Connection>('connecting');
/** When the program was last heard of, by the program's clock. */
export const heardAtMs = signal(Date.now());
export const cameras = signal<CameraInfo[]>([]);
export const rules = signal<RuleInfo[]>([]);
export const ruleProblems = signal<string[]>([]);
export const problems = signal<Problem[]>([]);
export const model = signal<ModelInfo | null>(null);
/** The cameras' time zone, as IANA names it; null: not known yet. */
export const timeZone = signal<string | null>(null);
/** Who looks: of the token, where one is asked for. */
export const visitor = signal<Visitor>({ name: null, scope: 'view' });
/** Whether this visitor may change things. */
export const mayControl = computed(() => visitor.value.scope === 'control');
/** Cameras whose pictures are asked for: those in sight. */
export const watchedIds = signal<ReadonlySet<string>>(new Set());
/** Newest first, one entry an event: its newest phase. */
export const events = signal<DetectionEvent[]>([]);
export const openEvents = computed(() => events.value.filter(({ phase }) => phase !== 'end'));
/** Events up to this one were there before the page was. */
export const oldSeq = signal(0);
/** The rule whose tile is shown though it is below its threshold. */
export const pointedAt = signal<{ cameraId: string; ruleId: string } | null>(null);

let clockAheadMs = 0;
/** The program's clock, once a second: cameras, scores and events have its times, not the browser's. */
export const nowMs = signal(Date.now());
setInterval(() => {
  nowMs.value = Date.now() + clockAheadMs;
}, 1_000);

/** Sets the page's clock by the program's. */
export function setClock(programNowMs: number): void {
  clockAheadMs = programNowMs - Date.now();
  nowMs.value = programNowMs;
}

/** Notes that the program was heard of. */
export function hear(): void {
  heardAtMs.value = Date.now() + clockAheadMs;
}

const pictures = new Map<string, Signal<Picture | null>>();

/** A camera's newest picture; null until there is one. */
export function pictureOf(cameraId: string): Signal<Picture | null> {
  const picture = pictures.get(cameraId) ?? signal<Picture | null>(null);
  pictures.set(cameraId, picture);
  return picture;
}

export function addPicture(header: FrameHeader, jpeg: Blob): void {
  const picture = pictureOf(header.cameraId);
  const old = picture.value?.url;
  picture.value = { header, url: URL.createObjectURL(jpeg) };
  // The old picture stays on the screen until the new one is decoded.
  if (old) setTimeout(() => URL.revokeObjectURL(old), 2_000);
}

/** Takes phases of events, in any order. */
export function addEvents(phases: readonly DetectionEvent[]): void {
  const known = new Map(events.value.map((event) => [event.id, event]));
  for (const phase of phases) {
    const before = known.get(phase.id);
    if (before && before.seq > phase.seq) continue;
    // An end has no picture of its own: keep the one of its start.
    const snapshot = phase.snapshot ?? before?.snapshot;
    known.set(phase.id, snapshot === undefined ? phase : { ...phase, snapshot });
  }
  events.value = [...known.values()].sort((a, b) => b.startedAtMs - a.startedAtMs).slice(0, EVENTS_KEPT);
}

/** A camera's name for people. */
export function cameraName(cameraId: string): string {
  return cameras.value.find(({ id }) => id === cameraId)?.name ?? cameraId;
}

/** A rule's name for people; of a rule that is gone, its id. */
export function ruleName(ruleId: string): string {
  return rules.value.find(({ id }) => id === ruleId)?.name ?? ruleId;
}

/** Whether a rule watches a camera. */
export function watches({ cameras }: Pick<RuleInfo, 'cameras'>, cameraId: string): boolean {
  return cameras === null || cameras.includes(cameraId);
}
