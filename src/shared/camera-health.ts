/** What can be wrong with a camera's pictures, the worst first: of several only the first is told. */
export const HEALTH_KINDS = [
  'offline',
  'black',
  'overexposed',
  'covered',
  'frozen',
  'blurred',
  'slow',
] as const;
export type HealthKind = (typeof HEALTH_KINDS)[number];

/** With these nothing can be seen at all. With the others the camera sees, only worse than it should. */
const BLIND: readonly HealthKind[] = ['offline', 'black', 'overexposed', 'covered', 'frozen'];

/** What is wrong with a camera. */
export interface CameraHealth {
  kind: HealthKind;
  /** First sign of it, milliseconds since the epoch. It is told some time later, when it has lasted. */
  sinceMs: number;
}

/** Whether nothing can be seen. */
export function isBlind(health: CameraHealth | null): boolean {
  return health !== null && BLIND.includes(health.kind);
}

/** Whether a camera sees something. That it is connected is not enough. */
export function isSeeing({ state, health }: { state: string; health: CameraHealth | null }): boolean {
  return state === 'online' && !isBlind(health);
}

/** For people, without a full stop. */
export const HEALTH_REASONS: Record<HealthKind, string> = {
  offline: 'it is not connected',
  black: 'the picture is black',
  overexposed: 'the picture is overexposed',
  covered: 'the lens is covered: hardly anything can be told apart',
  frozen: 'the picture stands still: every frame is the same',
  blurred: 'the picture is much less sharp than usual',
  slow: 'it sends less than half of the frames that were asked for',
};
