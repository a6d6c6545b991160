import { cameras, pictureOf } from '../../data/state.js';
import { useWatched } from '../../data/use-watched.js';
import { ratioOf, TileBox, TilePicture } from '../../parts/tile-picture.js';
import { withQuery } from '../../router.js';
import { words } from '../../words.js';
import type { Hit } from './times.js';

/** The picture of a hit with its tile; where none is kept, what the camera shows now, in grey, and the tile in it. */
export function HitPicture({ hit, alt, isLazy = true }: { hit: Hit; alt: string; isLazy?: boolean }) {
  const size = cameras.value.find(({ id }) => id === hit.cameraId)?.status.size;
  const now = <ViewNow hit={hit} />;
  const src = sourceOf(hit);
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
      </span>
    </span>
  );
}

/** The very frame where a recording has it, else a picture that was taken nearby; null: there is none. */
function sourceOf({ cameraId, atMs, pictureId, recorded }: Hit): string | null {
  if (recorded) return withQuery('/api/search/still', { camera: cameraId, at: atMs });
  return pictureId === null ? null : `/api/moments/${pictureId}/snapshot`;
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
