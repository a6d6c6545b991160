import type { CameraHealth } from '../shared/camera-health.js';
import type { SizePx } from '../shared/geometry.js';
import type { PyramidSpec } from './pyramid.js';

/** How a source is read. `file` and `images` end; the others are live and are reconnected for ever. */
export type SourceKind = 'file' | 'images' | 'rtsp' | 'http' | 'v4l2';

/** A camera or file, ready to be opened. */
export interface CaptureSource {
  cameraId: string;
  /** URL, file, folder of images, or device. May hold a password: never log it except through `redactUrl`. */
  location: string;
  /** Frames sampled a second. */
  fps: number;
  /** Decode keyframes only: far cheaper, but no more frames than the source has keyframes. */
  keyframesOnly: boolean;
  /** RTSP transport. */
  transport: 'tcp' | 'udp';
  /** ffmpeg's name of a hardware decoder (`vaapi`, `cuda`, `videotoolbox`, `auto`, …) or `none`. */
  hardwareDecoder: string;
  /** Skip this much of a file. */
  startOffsetMs: number;
  /** Files: play in real time as if live, instead of as fast as they can be read. */
  realtime: boolean;
  /** Files: start again at the end, for ever. */
  loop: boolean;
  /** Wall clock of a file's first frame; null: the time of opening when `realtime`, else 0 (the epoch). */
  startTimeMs: number | null;
  /** A live source that brings no frame for so long is taken down and reconnected. */
  stallTimeoutMs: number;
  /** An existing folder in which ffmpeg leaves the video itself in pieces (`segments.ts`), too; null: nowhere. */
  segmentsFolder: string | null;
}

/** What is known of a camera's connection. `capture` says it whenever it changes. */
export interface CameraStatus {
  cameraId: string;
  state: 'connecting' | 'online' | 'offline' | 'ended';
  /** Milliseconds since the epoch. */
  atMs: number;
  /** Why it is offline, for people, without secrets. */
  reason: string | null;
  /** Wait until the next attempt, null when none is planned. */
  retryInMs: number | null;
  /** The frame's size once known. */
  size: SizePx | null;
  /** Part of its frames that the machine had no time for lately, 0 to 1. */
  missedPart: number;
  /** What is wrong with its pictures, or that there have been none for some time; null: nothing, or nobody looks. */
  health: CameraHealth | null;
}

/** Makes the pyramid's plan once the frame's size is known. */
export type PlanPyramid = (frame: SizePx) => PyramidSpec;
