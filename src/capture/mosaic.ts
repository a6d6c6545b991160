import { WHOLE_FRAME } from '../shared/geometry.js';
import type { LevelSpec, PyramidLevel, PyramidSpec } from './pyramid.js';

const BYTES_PER_PIXEL = 3;

/**
 * All pictures of a pyramid on one sheet, one below the other, so that ffmpeg can hand over a whole pyramid as one
 * frame of raw video.
 */
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
  const widthPx = Math.max(...pictures.map((picture) => picture.widthPx));
  const strideBytes = widthPx * BYTES_PER_PIXEL;
  let topPx = 0;
  const placed = pictures.map((picture): PyramidLevel => {
    const offsetBytes = topPx * strideBytes;
    topPx += picture.heightPx;
    return { ...picture, offsetBytes, strideBytes };
  });
  return {
    filter: drawFilters(pictures, { sheetWidthPx: widthPx, fps, colourMatrix }),
    frameBytes: topPx * strideBytes,
    levels: placed.slice(0, -1),
    preview: placed.at(-1)!,
  };
}

function drawFilters(
  pictures: readonly LevelSpec[],
  { sheetWidthPx, fps, colourMatrix }: MosaicOptions & { sheetWidthPx: number },
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
  for (const [i, { heightPx }] of pictures.entries()) {
    filters.push(`[sized${i}]pad=${sheetWidthPx}:${heightPx}:0:0[padded${i}]`);
  }
  const padded = [...pictures.keys()].map((i) => `[padded${i}]`).join('');
  const stack = pictures.length > 1 ? `${padded}vstack=inputs=${pictures.length},` : padded;
  filters.push(`${stack}format=rgb24[sheet]`);
  return filters.join(';');
}

function scale({ widthPx, heightPx }: LevelSpec, colourMatrix: MosaicOptions['colourMatrix']): string {
  const matrix = colourMatrix === null ? '' : `:in_color_matrix=${colourMatrix}`;
  return `scale=${widthPx}:${heightPx}:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp${matrix},format=gbrp,setsar=1`;
}
