import { nearestPicture, stillOf } from '../../data/pictures.js';
import { cameras, pictureOf } from '../../data/state.js';
import { useWatched } from '../../data/use-watched.js';
import { formatDuration } from '../../format.js';
import { ratioOf, TileBox, TilePicture } from '../../parts/tile-picture.js';
import { words } from '../../words.js';
import type { Hit } from './times.js';

/** The picture of a hit with its tile; where none is kept, what the camera shows now, in grey, and the tile in it. */
export function HitPicture({ hit, alt, isLazy = true }: { hit: Hit; alt: string; isLazy?: boolean }) {
  const size = cameras.value.find(({ id }) => id === hit.cameraId)?.status.size;
  const now = <ViewNow hit={hit} />;
  const src = sourceOf(hit);
  const apart = apartOf(hit);
  return (
    <span class="hit-stage">
      <span class="hit-frame" style={ratioOf(size ?? { widthPx: 16, heightPx: 9 })}>
        {src === null ? (
          now
        ) : (
          <TilePicture src={src} alt={alt} isLazy={isLazy} boxes={[{ box: hit.tile.box }]}>
            {now}
          </TilePicture>
        )}
        {src !== null && apart !== null && <span class="why">{apart}</span>}
      </span>
    </span>
  );
}

/** The very frame where a recording has it, else a picture that was taken nearby; null: there is none. */
function sourceOf(hit: Hit): string | null {
  return hit.recorded ? stillOf(hit.cameraId, hit.atMs) : nearestPicture(hit, hit.cameraId);
}

/** How far from the moment its picture was taken, where that is the one of its minute. */
function apartOf({ atMs, pictureAtMs }: Hit): string | null {
  const apartMs = pictureAtMs === null ? 0 : Math.round(pictureAtMs - atMs);
  if (Math.abs(apartMs) < 1_000) return null;
  const text = formatDuration(Math.abs(apartMs));
  return apartMs < 0 ? words.search.takenBefore(text) : words.search.takenAfter(text);
}

function ViewNow({ hit: { cameraId, tile } }: { hit: Hit }) {
  const stage = useWatched(cameraId);
  const picture = pictureOf(cameraId).value;
  return (
    <div class="view-now" ref={stage}>
      {picture && <img src={picture.url} alt="" />}
      <TileBox box={tile.box} />
      <span class="why">{picture ? words.search.viewNow : words.search.noPicture}</span>
    </div>
  );
}
