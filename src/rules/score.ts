import type { Tile } from '../tiling/tile.js';

/** What one rule says of one frame of one camera. */
export interface Score {
  cameraId: string;
  ruleId: string;
  /** When the frame was captured, milliseconds since the epoch. */
  atMs: number;
  ptsMs: number;
  /** Log-odds of the rule's words against its contrast set, in the winning tile (`margin.ts`). */
  margin: number;
  /**
   * What is compared with the threshold: the margin where the threshold is fixed; else how far the tile is from what it
   * usually scores, in robust scales (`calibration/`). NaN: not known yet.
   */
  score: number;
  /** Threshold in force for this frame. */
  threshold: number;
  thresholdState: ThresholdState;
  /** False alarms a day to be expected at that threshold; null: not known. */
  expectedFalseAlarmsPerDay: number | null;
  /** Of this being what the rule is for, 0 … 1, from reviews; only once there are enough of them. */
  probability?: number;
  /** The tile with the highest score. */
  tile: Tile;
  /** Margin of every tile that the rule looks at, in the order of `tileIndexes`. */
  tileMargins: Float32Array;
  tileIndexes: readonly number[];
}

/** Where a threshold comes from: `fixed` is the rule's own or the model's default; the rest are found by calibration. */
export type ThresholdState = 'fixed' | 'warming_up' | 'extrapolated' | 'certified';
export const THRESHOLD_STATES = [
  'fixed',
  'warming_up',
  'extrapolated',
  'certified',
] as const satisfies readonly ThresholdState[];
