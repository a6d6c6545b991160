import type { SizeClass } from '../../config/manifest-schema.js';
import type { Place, Problem } from '../../config/problem.js';

/** A label as a file has it. */
export interface ManifestLabel {
  /** A rule's id, or what the file calls it. */
  rule: string;
  from: number;
  to: number;
  /** Of `from` and `to`, counted from the start of the video. */
  unit: 'ms' | 'frames';
  size: SizeClass | null;
  /** In pixels of the video; null: not told. */
  widthPx: number | null;
  /** Where it stands, and what there is about that place. */
  place: Place & { path: string };
}

/** A video as a file has it. */
export interface ManifestVideo {
  /** As typed. */
  video: string;
  /** null: after the file. */
  cameraId: string | null;
  fps: number;
  motionGate: boolean;
  /** Wall clock of its first frame; null: not known. */
  startTimeMs: number | null;
  labels: ManifestLabel[];
  /** What happens in it, where `frameTruth` says when; null: `labels` say. */
  happening: string | null;
  place: Place & { path: string };
}

/** Labelled videos, whatever file they were read from. */
export interface Manifest {
  /** As shown to people. */
  file: string;
  videos: ManifestVideo[];
  /** Rules whose labels are complete; null: those that have labels. */
  ruleIds: string[] | null;
  timeZone: string | null;
  /** Videos are looked for by name in the folder and all below it, with any ending. */
  byName: boolean;
  /** Whether anything is there in each frame of all videos, one behind the other; null: the labels say. */
  frameTruth: Uint8Array | null;
}

/** A file that was read, or everything that is wrong with it. */
export interface ReadManifest {
  manifest: Manifest | null;
  problems: Problem[];
}

/** How videos are watched where a file does not say. */
export const BY_DEFAULT = {
  ...{ cameraId: null, fps: 1, motionGate: true, startTimeMs: null, happening: null },
} as const;
