import type { SizeClass } from '../config/manifest-schema.js';

/** A stretch of a video in which a rule is true. Milliseconds from the start of the video. */
export interface Label {
  ruleId: string;
  fromMs: number;
  toMs: number;
  /** null: not told. */
  size: SizeClass | null;
}

/** Parts of the frame's width from which a thing is medium and large. */
const MEDIUM_FROM = 0.05;
const LARGE_FROM = 0.15;

/** How large a thing of that width is in a frame of that width, both in pixels. */
export function sizeClassOf(widthPx: number, frameWidthPx: number): SizeClass {
  const part = widthPx / frameWidthPx;
  if (part < MEDIUM_FROM) return 'small';
  return part < LARGE_FROM ? 'medium' : 'large';
}
