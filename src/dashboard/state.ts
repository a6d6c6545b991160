import { signal } from '@preact/signals';
import type { DetectionEvent } from '../detect/event.js';
import type { CameraInfo, FrameHeader, ModelInfo, Problem, RuleInfo } from '../server/messages.js';

/** Scores are kept for so long, for the lines. */
export const HISTORY_MS = 90_000;
const EVENTS_KEPT = 200;

/** A camera's newest picture. */
export interface Picture {
  header: FrameHeader;
  url: string;
}

/** One point of a score's line. */
export interface ScorePoint {
  atMs: number;
  score: number;
  threshold: number;
}

export const connection = signal<'connecting' | 'live' | 'signed-out'>('connecting');
/** When the program was last heard of, by this browser's clock. */
export const heardAtMs = signal(Date.now());
export const cameras = signal<CameraInfo[]>([]);
export const rules = signal<RuleInfo[]>([]);
export const ruleProblems = signal<string[]>([]);
export const problems = signal<Problem[]>([]);
export const model = signal<ModelInfo | null>(null);
/** Newest first, one entry an event: its newest phase. */
export const events = signal<DetectionEvent[]>([]);
export const pictures = signal<Record<string, Picture>>({});
/** By `CAMERA/RULE`. Replaced as a whole on every score, so that lines notice. */
export const scores = signal<Record<string, ScorePoint[]>>({});

export function addEvent(event: DetectionEvent): void {
  const others = events.value.filter(({ id }) => id !== event.id);
  const known = events.value.find(({ id }) => id === event.id);
  // An end has no picture of its own: keep the one of its start.
  const snapshot = event.snapshot ?? known?.snapshot;
  const merged = snapshot === undefined ? event : { ...event, snapshot };
  events.value = [merged, ...others].sort((a, b) => b.startedAtMs - a.startedAtMs).slice(0, EVENTS_KEPT);
}

export function addScore(key: string, point: ScorePoint): void {
  const kept = (scores.value[key] ?? []).filter(({ atMs }) => atMs > point.atMs - HISTORY_MS);
  scores.value = { ...scores.value, [key]: [...kept, point] };
}

export function addPicture(header: FrameHeader, jpeg: Blob): void {
  const old = pictures.value[header.cameraId];
  pictures.value = { ...pictures.value, [header.cameraId]: { header, url: URL.createObjectURL(jpeg) } };
  // The old picture is on the screen until the new one is decoded.
  if (old) setTimeout(() => URL.revokeObjectURL(old.url), 2_000);
}
