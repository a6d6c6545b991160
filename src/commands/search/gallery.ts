import { writeFile } from 'node:fs/promises';
import { createSource } from '../../capture/index.js';
import { stillFrame } from '../../capture/still.js';
import { reportPage } from '../../report/page.js';
import { THUMBNAIL_WIDTH_PX, thumbnail } from '../../report/thumbnail.js';
import type { FoundMoment } from '../../search/searcher.js';
import { describeHit, type ShownHit } from './hits.js';

/** What {@link writeGallery} needs. */
export interface GalleryOptions {
  hits: readonly ShownHit[];
  /** What was looked for; null: a picture only. */
  words: string | null;
  /** The video file that shows a moment: where no picture is kept, a frame is taken from there. null: there is none. */
  videoOf: (moment: Pick<FoundMoment, 'cameraId' | 'atMs'>) => string | null;
  /** The picture that is kept of the minute: where there is no frame either. null: there is none. */
  minutePictureOf: (moment: Pick<FoundMoment, 'cameraId' | 'atMs'>) => Uint8Array | null;
  /** Where to. */
  file: string;
}

/** Writes a page with the pictures of all hits, in one file. */
export async function writeGallery(options: GalleryOptions): Promise<void> {
  const { hits, words, file } = options;
  const sections = [];
  for (const [i, hit] of hits.entries()) {
    const { cameraId, tile } = hit.moment;
    const picture = await pictureOf(hit, options);
    const shown = picture
      ? await thumbnail(picture, hit.picture ? null : tile.box)
      : '<p>(no picture of this moment is kept)</p>';
    const body = `<figure style="margin:0;max-width:${THUMBNAIL_WIDTH_PX}px">${shown}</figure>`;
    sections.push({ title: `${i + 1}. ${cameraId}`, text: describeHit(hit.moment, i + 1).trim(), body });
  }
  const lead = `Moments most like ${words === null ? 'the picture' : `“${words}”`}, best first. * marks those that stand out from what the camera ordinarily shows.`;
  await writeFile(file, reportPage({ title: 'Search', lead, sections }));
}

/** The picture that is kept of a moment, a frame of the file that shows it, or what its minute looked like. */
async function pictureOf(
  { moment, picture }: ShownHit,
  { videoOf, minutePictureOf }: GalleryOptions,
): Promise<string | Uint8Array | null> {
  if (picture) return picture.file;
  const location = videoOf(moment);
  const source = location !== null && createSource({ cameraId: moment.cameraId, location });
  const frame = source ? await stillFrame(source, moment.ptsMs) : null;
  return frame ?? minutePictureOf(moment);
}
