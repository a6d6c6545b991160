import { writeFile } from 'node:fs/promises';
import { createSource } from '../../capture/index.js';
import { stillFrame } from '../../capture/still.js';
import { reportPage } from '../../report/page.js';
import { THUMBNAIL_WIDTH_PX, thumbnail } from '../../report/thumbnail.js';
import { describeHit, type ShownHit } from './hits.js';

/** What {@link writeGallery} needs. */
export interface GalleryOptions {
  hits: readonly ShownHit[];
  /** What was looked for; null: a picture only. */
  words: string | null;
  /** Video files of cameras: where no picture is kept, a frame is taken from there. */
  videos: ReadonlyMap<string, string>;
  /** Where to. */
  file: string;
}

/** Writes a page with the pictures of all hits, in one file. */
export async function writeGallery({ hits, words, videos, file }: GalleryOptions): Promise<void> {
  const sections = [];
  for (const [i, hit] of hits.entries()) {
    const { cameraId, tile } = hit.moment;
    const picture = await pictureOf(hit, videos);
    const shown = picture
      ? await thumbnail(picture, hit.picture ? null : tile.box)
      : '<p>(no picture of this moment is kept)</p>';
    const body = `<figure style="margin:0;max-width:${THUMBNAIL_WIDTH_PX}px">${shown}</figure>`;
    sections.push({ title: `${i + 1}. ${cameraId}`, text: describeHit(hit.moment, i + 1).trim(), body });
  }
  const lead = `Moments most like ${words === null ? 'the picture' : `“${words}”`}, best first. * marks those that stand out from what the camera ordinarily shows.`;
  await writeFile(file, reportPage({ title: 'Search', lead, sections }));
}

/** The picture that is kept of a moment, or a frame of the camera's file. */
async function pictureOf(
  { moment, picture }: ShownHit,
  videos: ReadonlyMap<string, string>,
): Promise<string | Uint8Array | null> {
  if (picture) return picture.file;
  const location = videos.get(moment.cameraId);
  return location === undefined
    ? null
    : stillFrame(createSource({ cameraId: moment.cameraId, location }), moment.ptsMs);
}
