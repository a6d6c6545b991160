import { EventEmitter } from 'node:events';
import type { CameraStatus } from './capture/source.js';
import type { DetectionEvent } from './detect/event.js';
import type { Score } from './rules/score.js';
import type { SwitchedPair, SwitchState } from './shared/rule-switch.js';
import type { Tile } from './tiling/tile.js';

/** A picture for people, already JPEG. */
export interface PreviewFrame {
  cameraId: string;
  atMs: number;
  widthPx: number;
  heightPx: number;
  jpeg: Buffer;
  /** Winning tile of each rule in this frame. */
  tiles: { ruleId: string; tile: Tile; score: number; threshold: number }[];
}

/** A frame that was looked at. */
export interface WatchedMoment {
  cameraId: string;
  /** Frames sampled from this camera since it was opened, the dropped ones included. */
  frameIndex: number;
  capturedAtMs: number;
  /** Its tiles; 0 when it was not scored. */
  tiles: number;
  /** Of these, those whose vectors are new. */
  embedded: number;
  /** Nothing could be seen in it. */
  unseen: boolean;
}

/** What happens in a running program; whoever publishes listens. Listeners must not throw and must not block. */
export interface Happenings {
  /** Raised and stored. `jpeg` is the snapshot that belongs to it (start and update). */
  event: [event: DetectionEvent, jpeg: Buffer | null];
  /** A destination, `mqtt` for example, has confirmed an event. */
  published: [event: DetectionEvent, destination: string];
  score: [score: Score];
  watched: [frame: WatchedMoment];
  camera: [status: CameraStatus];
  frame: [frame: PreviewFrame];
  /** The rules were read again; `problems` is empty when the new ones are in force, else the last good ones stay. */
  rules: [ruleIds: string[], problems: string[]];
  /** Somebody switched a rule on a camera on or off, snoozed it or gave it another budget. */
  switch: [pair: SwitchedPair, state: SwitchState];
}

export type Bus = EventEmitter<Happenings>;

export function createBus(): Bus {
  return new EventEmitter<Happenings>({ captureRejections: false });
}
