import type { DetectionEvent } from '../detect/event.js';
import { WHOLE_FRAME } from '../shared/geometry.js';

/** Rule of the events that say that a camera shows another scene, and that its calibration begins anew. */
export const SCENE_CHANGED = 'scene-changed';
/** Rule of the events that say that a camera sees nothing: offline, frozen, black, covered, overexposed. */
export const CAMERA_BLIND = 'camera-blind';
/** Rule of the events that say that a camera sees less than it should: blurred, too few frames. */
export const CAMERA_DEGRADED = 'camera-degraded';
/** Rule of the events that say that the disk is nearly full. */
export const DISK_FULL = 'disk-full';

/** Whether an event of this rule was raised by the program itself, and is about no part of the picture. */
export function isOwnRule(ruleId: string): boolean {
  return [SCENE_CHANGED, CAMERA_BLIND, CAMERA_DEGRADED, DISK_FULL].includes(ruleId);
}

/** What the program says of itself as an event. */
export type OwnEvent = Pick<
  DetectionEvent,
  'id' | 'cameraId' | 'ruleId' | 'severity' | 'atMs' | 'startedAtMs' | 'startedPtsMs' | 'modelHash'
> &
  Partial<Pick<DetectionEvent, 'snapshot' | 'health'>>;

/** An event that no rule of the user's raised: there is no score in it, and it is about the whole frame. */
export function ownEvent(about: OwnEvent): Omit<DetectionEvent, 'seq' | 'phase'> {
  return {
    ...about,
    ...{ score: 1, peakScore: 1, threshold: 1, thresholdState: 'fixed', expectedFalseAlarmsPerDay: null },
    tile: { index: 0, level: 0, box: WHOLE_FRAME },
  };
}
