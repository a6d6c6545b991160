import type { SizePx } from '../shared/geometry.js';

/** An event that a rule raised. Milliseconds from the start of the footage. */
export interface Alarm {
  ruleId: string;
  /** First frame of the confirmed run. */
  startedMs: number;
  /** When it was told: confirmed, and lasting as long as the rule asks. */
  raisedMs: number;
  /** Last frame that still showed it. */
  endedMs: number;
  peakScore: number;
}

/** One moment of the footage. Milliseconds since the epoch, or of the footage where its time is not known. */
export interface Moment {
  atMs: number;
  /** Nothing could be seen. */
  unseen: boolean;
  /** Since when the camera had been blind; null: it was not, or that did not count yet. */
  blindSinceMs: number | null;
}

/** A rule's scores, one for each moment; NaN where there is none. */
export interface RuleScores {
  scores: Float64Array;
  /** What was in force at each moment. */
  thresholds: Float64Array;
}

/** A video as the rules saw it. */
export interface WatchedFootage {
  cameraId: string;
  /** Wall clock of its first frame; 0: not known. */
  startTimeMs: number;
  /** To the end of its last frame. */
  durationMs: number;
  /** null: it has no frame. */
  frame: SizePx | null;
  moments: Moment[];
  /** By rule: those that look at this camera. */
  rules: Map<string, RuleScores>;
  /** In the order in which they were raised. */
  alarms: Alarm[];
}
