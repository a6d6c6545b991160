import type { TilesInfo } from '../../../server/api/tile-routes.js';
import { useResource } from '../../data/resource.js';
import { placed } from '../../parts/tile-picture.js';

/** The tiles that rules look at, over a camera's picture. */
export function TileGrid({ cameraId }: { cameraId: string }) {
  // They change when the camera's picture has another size, or rules look elsewhere: whoever wants to see that asks anew.
  const { value } = useResource<TilesInfo>(`/api/cameras/${cameraId}/tiles`);
  return (
    <div class="grid-of-tiles" aria-hidden="true">
      {value?.tiles.map(({ index, box }) => (
        <i key={index} style={placed(box)} />
      ))}
    </div>
  );
}
