import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MomentStore } from '../store/moment-store.js';
import { SNAPSHOTS_FOLDER } from '../store/snapshots.js';
import type { MinutePictures } from '../store/vectors/minute-pictures.js';
import type { FoundMoment } from './searcher.js';

/** A picture that was taken so near to a moment shows it, or nearly. */
const NEAR_MS = 5_000;

/** A picture of an event or a peak near a moment. */
export interface HitPicture {
  /** Of the event or peak; its picture is at `/api/moments/ID/snapshot`. */
  id: string;
  /** Of the picture. */
  atMs: number;
  /** Its file. */
  file: string;
}

/**
 * Pictures are kept of events and peaks only: the one that is nearest to the best frame of a moment.
 * @param folder data folder @returns null where there is none
 */
export function hitPicture(
  { cameraId, atMs, fromMs, toMs }: Pick<FoundMoment, 'cameraId' | 'atMs' | 'fromMs' | 'toMs'>,
  { moments, folder }: { moments: MomentStore; folder: string },
): HitPicture | null {
  const near = { atMs, fromMs: fromMs - NEAR_MS, toMs: toMs + NEAR_MS };
  const moment = moments.nearest(cameraId, near);
  if (!moment) return null;
  const file = join(folder, SNAPSHOTS_FOLDER, `${moment.id}.jpg`);
  return existsSync(file) ? { id: moment.id, atMs: moment.atMs, file } : null;
}

/** What shows a moment; at most one of both is there. */
export interface NearestPicture {
  /** Of the event or peak whose picture does. */
  pictureId: string | null;
  /** When the small picture of a minute was taken that does. */
  pictureAtMs: number | null;
}

/**
 * What there is to show a moment. Where one lasts, an event may be minutes away from its best frame, and the picture of a minute
 * nearer; where the event is near, its picture is the larger one.
 * @param kept `minutes` null: only of events and peaks
 */
export function nearestPicture(
  moment: Parameters<typeof hitPicture>[0],
  { minutes, ...kept }: Parameters<typeof hitPicture>[1] & { minutes: MinutePictures | null },
): NearestPicture {
  const event = hitPicture(moment, kept);
  const minuteMs = minutes?.nearest(moment) ?? null;
  const apart = (takenMs: number) => Math.abs(takenMs - moment.atMs);
  if (event && (minuteMs === null || apart(event.atMs) <= Math.max(NEAR_MS, apart(minuteMs))))
    return { pictureId: event.id, pictureAtMs: null };
  return { pictureId: null, pictureAtMs: minuteMs };
}
