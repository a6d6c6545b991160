import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { isOwnRule } from '../../pipeline/own-events.js';
import { codeOf, messageOf, WordwatchError } from '../../shared/errors.js';
import type { PastEvent } from '../../store/past-events.js';

interface Image {
  id: number;
  file_name: string;
  width: number;
  height: number;
  date_captured: string;
}

/**
 * A data set in the format of COCO's object detection: `annotations.json` and, in `images/`, the events' pictures. A category
 * is a rule, an annotation the winning tile: not the thing's outline, but where the model saw it.
 * @returns how many pictures were written, and of how many events there is none any more
 * @throws WordwatchError `out-unwritable`
 */
export async function writeCoco(
  events: Iterable<PastEvent>,
  { storePath, out }: { storePath: string; out: string },
): Promise<{ images: number; withoutPicture: number }> {
  try {
    await mkdir(join(out, 'images'), { recursive: true });
    const images: Image[] = [];
    const annotations: object[] = [];
    const categories = new Map<string, number>();
    let withoutPicture = 0;
    for (const past of events) {
      // What the program says of itself is about no part of the picture.
      if (isOwnRule(past.event.ruleId)) continue;
      const image = await copyPicture(past, { storePath, out, id: images.length + 1 });
      if (!image) {
        withoutPicture++;
        continue;
      }
      images.push(image);
      const { ruleId } = past.event;
      if (!categories.has(ruleId)) categories.set(ruleId, categories.size + 1);
      annotations.push(annotationOf(past, { image, categoryId: categories.get(ruleId)! }));
    }
    const dataSet = {
      info: {
        description:
          'wordwatch events. Boxes are the tiles in which a rule was seen, and are drawn on the pictures',
        version: '1',
      },
      ...{ licenses: [], images, annotations },
      categories: [...categories].map(([name, id]) => ({ id, name, supercategory: 'rule' })),
    };
    await writeFile(join(out, 'annotations.json'), `${JSON.stringify(dataSet)}\n`);
    return { images: images.length, withoutPicture };
  } catch (error) {
    throw new WordwatchError('out-unwritable', `--out ${out}: cannot write there (${messageOf(error)})`, {
      cause: error,
      userInput: true,
    });
  }
}

async function copyPicture(
  { event, picture }: PastEvent,
  { storePath, out, id }: { storePath: string; out: string; id: number },
): Promise<Image | null> {
  if (!picture) return null;
  const file_name = `images/${event.id}.jpg`;
  try {
    await copyFile(join(storePath, picture.path), join(out, file_name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null; // retention came first
    throw error;
  }
  const { width, height } = await sharp(join(out, file_name)).metadata();
  return { id, file_name, width, height, date_captured: new Date(picture.atMs).toISOString() };
}

function annotationOf(
  { event, picture, verdict }: PastEvent,
  { image, categoryId }: { image: Image; categoryId: number },
): object {
  const { x, y, w, h } = picture!.tile.box;
  const bbox = [x * image.width, y * image.height, w * image.width, h * image.height];
  const { id: event_id, cameraId: camera, threshold, probability = null, modelHash: model } = event;
  return {
    ...{
      id: image.id,
      image_id: image.id,
      category_id: categoryId,
      bbox,
      area: bbox[2]! * bbox[3]!,
      iscrowd: 0,
    },
    attributes: { event_id, camera, verdict, score: picture!.score, threshold, probability, model },
  };
}
