import { type SizePx, WHOLE_FRAME } from '../shared/geometry.js';
import type { LevelSpec, PyramidLevel, PyramidSpec } from './pyramid.js';

const BYTES_PER_PIXEL = 3;

/** All pictures of a pyramid on one sheet, so that ffmpeg can hand over a whole pyramid as one frame of raw video. */
export interface Mosaic {
  /** ffmpeg filters from `[0:v:0]` to `[sheet]`. */
  filter: string;
  frameBytes: number;
  levels: PyramidLevel[];
  preview: PyramidLevel;
}

/** What is done with each frame before it is scaled. */
export interface MosaicOptions {
  /** Frames to keep a second. */
  fps: number;
  /** Colours of the frame where it does not say itself; null: it does. */
  colourMatrix: 'bt709' | 'smpte170m' | null;
}

/** Plans the sheet and the filters that draw it. */
export function planMosaic({ levels, preview }: PyramidSpec, { fps, colourMatrix }: MosaicOptions): Mosaic {
  const pictures = [...levels, preview];
  const { corners, widthPx, heightPx } = packShelves(pictures);
  const strideBytes = widthPx * BYTES_PER_PIXEL;
  const placed = pictures.map((picture, i): PyramidLevel => {
    const { xPx, yPx } = corners[i]!;
    return { ...picture, offsetBytes: yPx * strideBytes + xPx * BYTES_PER_PIXEL, strideBytes };
  });
  return {
    filter: drawFilters(pictures, { corners, fps, colourMatrix }),
    frameBytes: heightPx * strideBytes,
    levels: placed.slice(0, -1),
    preview: placed.at(-1)!,
  };
}

interface Corner {
  xPx: number;
  yPx: number;
}

/** Places pictures side by side on shelves as wide as the widest of them: every byte of the sheet goes through a pipe. */
function packShelves(pictures: readonly LevelSpec[]): SizePx & { corners: Corner[] } {
  const widthPx = Math.max(...pictures.map((picture) => picture.widthPx));
  const corners: Corner[] = [];
  const shelves: { yPx: number; filledPx: number }[] = [];
  let heightPx = 0;
  // Highest first: a shelf is as high as its first picture.
  const order = [...pictures.keys()].sort((a, b) => pictures[b]!.heightPx - pictures[a]!.heightPx);
  for (const i of order) {
    const picture = pictures[i]!;
    let shelf = shelves.find(({ filledPx }) => filledPx + picture.widthPx <= widthPx);
    if (!shelf) {
      shelf = { yPx: heightPx, filledPx: 0 };
      shelves.push(shelf);
      heightPx += picture.heightPx;
    }
    corners[i] = { xPx: shelf.filledPx, yPx: shelf.yPx };
    shelf.filledPx += picture.widthPx;
  }
  return { corners, widthPx, heightPx };
}

function drawFilters(
  pictures: readonly LevelSpec[],
  { corners, fps, colourMatrix }: MosaicOptions & { corners: readonly Corner[] },
): string {
  const isWhole = ({ crop }: LevelSpec) => JSON.stringify(crop) === JSON.stringify(WHOLE_FRAME);
  const area = (i: number) => pictures[i]!.widthPx * pictures[i]!.heightPx;
  const whole = [...pictures.keys()].filter((i) => isWhole(pictures[i]!)).sort((a, b) => area(b) - area(a));
  const crops = [...pictures.keys()].filter((i) => !isWhole(pictures[i]!));
  const filters: string[] = [];
  // The first frame of every 1/fps: a slow source repeats none, and a jump of its clock stops nothing.
  const slot = (time: string) => `floor(${time}*${fps}+0.001)`;
  const select = `select='isnan(prev_selected_t)+not(eq(${slot('t')},${slot('prev_selected_t')}))'`;
  // showinfo tells each frame's time and size on stderr; raw video has no room for them.
  const inputs = `[in]${crops.map((i) => `[crop${i}]`).join('')}`;
  filters.push(`[0:v:0]${select},showinfo=checksum=0,split=${crops.length + 1}${inputs}`);

  // Each smaller picture is made of the next larger one. Planar RGB between: nothing is rounded to half the colour.
  let from = '[in]';
  whole.forEach((i, order) => {
    const next = order < whole.length - 1 ? `,split[sized${i}][from${i}]` : `[sized${i}]`;
    filters.push(`${from}${scale(pictures[i]!, order === 0 ? colourMatrix : null)}${next}`);
    from = `[from${i}]`;
  });
  for (const i of crops) {
    const { x, y, w, h } = pictures[i]!.crop;
    filters.push(
      `[crop${i}]crop=iw*${w}:ih*${h}:iw*${x}:ih*${y}:exact=1,${scale(pictures[i]!, colourMatrix)}[sized${i}]`,
    );
  }
  const sized = [...pictures.keys()].map((i) => `[sized${i}]`).join('');
  const layout = corners.map(({ xPx, yPx }) => `${xPx}_${yPx}`).join('|');
  const stack = pictures.length > 1 ? `xstack=inputs=${pictures.length}:layout=${layout}:fill=black,` : '';
  filters.push(`${sized}${stack}format=rgb24[sheet]`);
  return filters.join(';');
}

function scale({ widthPx, heightPx }: LevelSpec, colourMatrix: MosaicOptions['colourMatrix']): string {
  const matrix = colourMatrix === null ? '' : `:in_color_matrix=${colourMatrix}`;
  return `scale=${widthPx}:${heightPx}:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp${matrix},format=gbrp,setsar=1`;
}
