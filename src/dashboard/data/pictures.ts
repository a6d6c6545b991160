import { withQuery } from '../router.js';

/** Address of the picture that is kept nearest to a moment of the past; null: there is none. */
export function nearestPicture(
  { pictureId, pictureAtMs }: { pictureId: string | null; pictureAtMs: number | null },
  cameraId: string,
): string | null {
  if (pictureId !== null) return `/api/moments/${pictureId}/snapshot`;
  return pictureAtMs === null ? null : stillOf(cameraId, pictureAtMs);
}

/** Address of a frame of a recording, or of the picture of a minute. */
export function stillOf(cameraId: string, atMs: number): string {
  return withQuery('/api/search/still', { camera: cameraId, at: atMs });
}
