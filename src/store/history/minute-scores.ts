import { REGIMES, type Regime } from '../../rules/calibration/regime.js';
import { THRESHOLD_STATES, type ThresholdState } from '../../rules/score.js';

/** The highest score of a rule in a minute, and what it was measured against. */
export interface MinuteScore {
  ruleId: string;
  score: number;
  threshold: number;
  state: ThresholdState;
}

/** A minute of one camera. */
export interface ScoreMinute {
  /** Minutes since the epoch. */
  minute: number;
  /** How its last frame that showed something was lit, and the mean brightness (0 … 1) of all of them; null: there was none. */
  light: { regime: Regime; brightness: number } | null;
  /** One a rule; none: the camera was blind, or the model failed. */
  scores: readonly MinuteScore[];
}

const VERSION = 1;
const HEADER_BYTES = 8;
const SCORE_BYTES = 11;

/**
 * A minute as bytes, little-endian:
 *
 *     0 version u8, 1 regime u8 (0: nothing was seen), 2 scores u16, 4 brightness f32
 *     8 for each score: number of the rule u16, score f32, threshold f32, state u8
 */
export function encodeScores(
  { light, scores }: Omit<ScoreMinute, 'minute'>,
  numberOf: (ruleId: string) => number,
): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + SCORE_BYTES * scores.length);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt8(light ? 1 + REGIMES.indexOf(light.regime) : 0, 1);
  bytes.writeUInt16LE(scores.length, 2);
  bytes.writeFloatLE(light?.brightness ?? 0, 4);
  for (const [i, { ruleId, score, threshold, state }] of scores.entries()) {
    const at = HEADER_BYTES + SCORE_BYTES * i;
    bytes.writeUInt16LE(numberOf(ruleId), at);
    bytes.writeFloatLE(score, at + 2);
    bytes.writeFloatLE(threshold, at + 6);
    bytes.writeUInt8(THRESHOLD_STATES.indexOf(state), at + 10);
  }
  return bytes;
}

/** @returns null: cut short, of a later version, or of a rule that `idOf` does not know */
export function decodeScores(
  bytes: Uint8Array,
  idOf: (number: number) => string | undefined,
): Omit<ScoreMinute, 'minute'> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint8(0) !== VERSION) return null;
  const count = view.getUint16(2, true);
  if (bytes.length !== HEADER_BYTES + SCORE_BYTES * count) return null;
  const scores: MinuteScore[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += SCORE_BYTES) {
    const ruleId = idOf(view.getUint16(at, true));
    const state = THRESHOLD_STATES[view.getUint8(at + 10)];
    if (ruleId === undefined || state === undefined) return null;
    const [score, threshold] = [view.getFloat32(at + 2, true), view.getFloat32(at + 6, true)];
    scores.push({ ruleId, score, threshold, state });
  }
  const regime = REGIMES[view.getUint8(1) - 1];
  return { light: regime ? { regime, brightness: view.getFloat32(4, true) } : null, scores };
}

/** What is known of one minute from two sides, such as before and after a restart: the higher score counts. */
export function mergeMinutes(before: Omit<ScoreMinute, 'minute'>, now: ScoreMinute): ScoreMinute {
  const scores = new Map(before.scores.map((score) => [score.ruleId, score]));
  for (const score of now.scores) {
    const known = scores.get(score.ruleId);
    if (!known || score.score >= known.score) scores.set(score.ruleId, score);
  }
  return { minute: now.minute, light: now.light ?? before.light, scores: [...scores.values()] };
}
