import { type CameraHealth, HEALTH_KINDS, type HealthKind, isBlind } from '../shared/camera-health.js';
import { Lasting, type LastingOptions } from '../shared/lasting.js';
import { FrameRate } from './frame-rate.js';
import { measurePicture, type PictureMeasures } from './picture-measures.js';
import type { Pyramid } from './pyramid.js';
import { UsualSharpness } from './usual-sharpness.js';

/** A longer gap between two frames is no footage. */
const MAX_GAP_MS = 60_000;

/** Nearly all pixels. A few lamps in the dark are something to see. */
const NEARLY_ALL = 0.995;
const MOST = 0.9;
/**
 * With so little contrast, or with a little more and no detail in it, nothing can be told apart: a cloth or a hand before
 * the lens, thick fog. The samples have contrasts from 17 (a street at night) on, and details from 60 on.
 */
const NO_CONTRAST = 6;
const LOW_CONTRAST = 30;
const NO_DETAIL = 3;
/**
 * A frame that is the same as one of the last so many is a repetition: of a picture that stands still, an encoder makes
 * the same few frames again and again.
 */
const REPEATED = 4;

/** Kinds that pictures show; that a camera is offline shows in that there are none. */
type PictureKind = Exclude<HealthKind, 'offline'>;

/**
 * How long it must last, and be over. Lights are switched, lorries pass and lenses focus in less. Sensors have noise, so
 * no two frames are alike; but a camera that spares bits may repeat one for a while, and so do drawn pictures.
 */
const LASTING: Record<PictureKind, LastingOptions> = {
  black: { raiseAfterMs: 20_000, clearAfterMs: 3_000 },
  overexposed: { raiseAfterMs: 20_000, clearAfterMs: 3_000 },
  covered: { raiseAfterMs: 20_000, clearAfterMs: 3_000 },
  frozen: { raiseAfterMs: 60_000, clearAfterMs: 3_000 },
  blurred: { raiseAfterMs: 180_000, clearAfterMs: 60_000 },
  slow: { raiseAfterMs: 60_000, clearAfterMs: 0 },
};

/** What a frame is worth. */
export interface Look {
  /** Nothing can be seen in it: for long already, or in this frame only. */
  unseen: boolean;
  /** What has been wrong with the camera for long enough to be told; null: nothing. */
  health: CameraHealth | null;
}

/**
 * Tells from a camera's pictures what is wrong with them. Frames are given in order. Pure.
 *
 * That the camera was turned is not found here but by what the model makes of its tiles (`scene-changed`).
 */
export class PictureHealth {
  readonly #lasting = Object.fromEntries(
    Object.entries(LASTING).map(([kind, options]) => [kind, new Lasting(options)]),
  ) as Record<PictureKind, Lasting>;
  readonly #usual = new UsualSharpness();
  readonly #rate: FrameRate | null;
  readonly #hashes: number[] = [];
  #lastMs: number | null = null;

  /** @param fps frames a second that the camera should send; null: whatever it does is right */
  constructor({ fps }: { fps: number | null }) {
    this.#rate = fps === null ? null : new FrameRate(fps);
  }

  observe(pyramid: Pick<Pyramid, 'data' | 'preview' | 'capturedAtMs' | 'frameIndex'>): Look {
    const { capturedAtMs: atMs, frameIndex } = pyramid;
    const elapsedMs = atMs - (this.#lastMs ?? atMs);
    if (elapsedMs < 0 || elapsedMs > MAX_GAP_MS) this.#interrupt();
    this.#lastMs = atMs;
    const measures = measurePicture(pyramid);
    const nothing = nothingIn(measures);
    const signs: Record<PictureKind, boolean> = {
      black: nothing === 'black',
      overexposed: nothing === 'overexposed',
      covered: nothing === 'covered',
      frozen: this.#hashes.includes(measures.hash),
      // What shows nothing is not usual, and not sharp.
      blurred: nothing === null && this.#usual.isBlurred(measures.sharpness, atMs),
      slow: this.#rate?.isSlow(frameIndex, atMs) ?? false,
    };
    this.#hashes.push(measures.hash);
    if (this.#hashes.length > REPEATED) this.#hashes.shift();
    const health = this.#worst(signs, atMs);
    return { unseen: nothing !== null || isBlind(health), health };
  }

  #worst(signs: Record<PictureKind, boolean>, atMs: number): CameraHealth | null {
    let worst: CameraHealth | null = null;
    for (const kind of HEALTH_KINDS) {
      if (kind === 'offline') continue;
      const sinceMs = this.#lasting[kind].observe(signs[kind], atMs);
      if (sinceMs !== null) worst ??= { kind, sinceMs };
    }
    return worst;
  }

  #interrupt(): void {
    for (const lasting of Object.values(this.#lasting)) lasting.interrupt();
    this.#rate?.interrupt();
    this.#hashes.length = 0;
  }
}

function nothingIn({ dark, bright, contrast, detail }: PictureMeasures): PictureKind | null {
  if (dark >= NEARLY_ALL && contrast < NO_CONTRAST) return 'black';
  if (bright >= MOST) return 'overexposed';
  if (contrast < NO_CONTRAST || (contrast < LOW_CONTRAST && detail < NO_DETAIL)) return 'covered';
  return null;
}
