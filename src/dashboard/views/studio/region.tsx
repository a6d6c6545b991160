import { useRef, useState } from 'preact/hooks';
import type { Point } from '../../../shared/geometry.js';
import { cameraName, cameras, pictureOf } from '../../data/state.js';
import { useWatched } from '../../data/use-watched.js';
import { ratioOf } from '../../parts/tile-picture.js';
import { words } from '../../words.js';
import { fraction, type RuleDraft, regionOfBox } from './draft.js';
import type { Editing } from './editing.js';
import { CornerFields } from './region-corners.js';
import { Handle } from './region-handle.js';

const MOST_CORNERS = 64;
/** What is dragged less far was a click. */
const LEAST_PART = 0.02;
/** What somebody begins with who draws by keyboard. */
const FIRST_BOX = { x: 0.25, y: 0.25, w: 0.5, h: 0.5 };

export type Region = readonly Point[];

/** Where in the picture a rule looks: a rectangle is dragged, its corners moved, more added. */
export function RegionEditor({ draft, change, problemOf }: Editing) {
  const text = words.studio.region;
  const ids = draft.cameras ?? cameras.value.map(({ id }) => id);
  const [chosen, setChosen] = useState<string | null>(null);
  const cameraId = chosen !== null && ids.includes(chosen) ? chosen : ids[0];
  const region: Region | null = (draft.tiles?.region as Region | null | undefined) ?? null;
  const set = (next: Region | null) => change({ tiles: withRegion(draft.tiles, next) });
  const problem = problemOf('tiles.region');
  return (
    <div class="region">
      <div class="actions">
        {ids.length > 1 && (
          <select
            aria-label={text.picture}
            value={cameraId}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
          >
            {ids.map((id) => (
              <option key={id} value={id}>
                {cameraName(id)}
              </option>
            ))}
          </select>
        )}
        {region === null ? (
          <button type="button" onClick={() => set(regionOfBox(FIRST_BOX))}>
            {text.begin}
          </button>
        ) : (
          <>
            <button
              type="button"
              disabled={region.length >= MOST_CORNERS}
              onClick={() => set(withCorner(region, longestSide(region)))}
            >
              {text.addCorner}
            </button>
            <button type="button" onClick={() => set(null)}>
              {text.whole}
            </button>
          </>
        )}
      </div>
      {cameraId !== undefined && <Stage key={cameraId} {...{ cameraId, region, set }} />}
      <p class={`note ${problem ? 'bad' : ''}`}>{problem ?? text.hint}</p>
      {region && <CornerFields region={region} set={set} />}
    </div>
  );
}

function Stage({
  cameraId,
  region,
  set,
}: {
  cameraId: string;
  region: Region | null;
  set: (next: Region | null) => void;
}) {
  const stage = useWatched(cameraId);
  const surface = useRef<HTMLDivElement>(null);
  const picture = pictureOf(cameraId).value;
  const { widthPx, heightPx } = picture?.header ?? { widthPx: 16, heightPx: 9 };
  const [drag, setDrag] = useState<{ from: Point; to: Point } | null>(null);
  const pointAt = (event: PointerEvent): Point => {
    const { left, top, width, height } = surface.current!.getBoundingClientRect();
    return [fraction((event.clientX - left) / width), fraction((event.clientY - top) / height)];
  };
  const begin = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('button')) return;
    surface.current!.setPointerCapture(event.pointerId);
    setDrag({ from: pointAt(event), to: pointAt(event) });
  };
  const end = () => {
    const box = drag && boxOf(drag);
    if (box && box.w >= LEAST_PART && box.h >= LEAST_PART) set(regionOfBox(box));
    setDrag(null);
  };
  const shown = drag ? regionOfBox(boxOf(drag)) : region;
  return (
    <div class="region-stage" ref={stage} style={ratioOf({ widthPx, heightPx })}>
      <div
        ref={surface}
        class="surface"
        onPointerDown={begin}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: pointAt(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      >
        {picture ? (
          <img src={picture.url} alt={words.pictureOf(cameraName(cameraId), [])} draggable={false} />
        ) : (
          <p class="no-picture">{words.noPicture}</p>
        )}
        {shown && (
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <path class="outside" d={`M0 0H1V1H0Z${pathOf(shown)}`} />
            <path class="outline" d={pathOf(shown)} vector-effect="non-scaling-stroke" />
          </svg>
        )}
        {!drag &&
          region?.map((point, index) => <Handle key={index} {...{ index, point, region, set, pointAt }} />)}
      </div>
    </div>
  );
}

function pathOf(region: Region): string {
  return `M${region.map((point) => point.join(' ')).join('L')}Z`;
}

function boxOf({ from, to }: { from: Point; to: Point }) {
  const [x, y] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
  return { x, y, w: Math.abs(from[0] - to[0]), h: Math.abs(from[1] - to[1]) };
}

/** A region with one more corner, in the middle of the side that begins at a corner. */
export function withCorner(region: Region, index: number): Region {
  const [[x1, y1], [x2, y2]] = [region[index]!, region[(index + 1) % region.length]!];
  return region.toSpliced(index + 1, 0, [fraction((x1 + x2) / 2), fraction((y1 + y2) / 2)]);
}

function longestSide(region: Region): number {
  const lengths = region.map(([x, y], i) => {
    const [toX, toY] = region[(i + 1) % region.length]!;
    return Math.hypot(toX - x, toY - y);
  });
  return lengths.indexOf(Math.max(...lengths));
}

/** What a rule says of its tiles with another region; undefined: nothing any more. */
function withRegion(tiles: RuleDraft['tiles'], region: Region | null): RuleDraft['tiles'] {
  const { region: _, ...rest } = tiles ?? {};
  if (region) return { ...rest, region: region.map(([x, y]) => [x, y]) };
  return Object.keys(rest).length > 0 ? rest : undefined;
}
