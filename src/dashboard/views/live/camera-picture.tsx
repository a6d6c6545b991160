import type { ComponentChildren } from 'preact';
import type { CameraInfo, FrameHeader } from '../../../server/messages.js';
import { isBlind } from '../../../shared/camera-health.js';
import { settings } from '../../data/settings.js';
import { nowMs, pictureOf, pointedAt, ruleName } from '../../data/state.js';
import { useWatched } from '../../data/use-watched.js';
import { formatDuration, formatScore, formatTime } from '../../format.js';
import { ratioOf, TileBox } from '../../parts/tile-picture.js';
import { words } from '../../words.js';
import { TileGrid } from './tile-grid.js';
import './camera-picture.css';

/** A picture that is older is no longer what is there now. */
const OLD_MS = 10_000;

type ScoredTile = FrameHeader['tiles'][number];

/** The newest picture with the tiles in which rules are over their threshold, or with `children` in their place. */
export function CameraPicture({
  camera: { id, name, status },
  children,
}: {
  camera: CameraInfo;
  children?: ComponentChildren;
}) {
  const picture = pictureOf(id).value;
  const { widthPx, heightPx, tiles } = picture?.header ?? { widthPx: 16, heightPx: 9, tiles: [] };
  const hits = tiles.filter(isHit);
  const stage = useWatched(id);
  return (
    <div class="stage" ref={stage}>
      {picture ? (
        <div class="picture" style={ratioOf({ widthPx, heightPx })}>
          <img
            src={picture.url}
            alt={words.pictureOf(
              name,
              hits.map(({ ruleId }) => ruleName(ruleId)),
            )}
          />
          {children ?? (
            <>
              {settings.value.grid && <TileGrid cameraId={id} />}
              <Tiles cameraId={id} tiles={tiles} />
            </>
          )}
        </div>
      ) : (
        status.state !== 'offline' && <p class="no-picture">{words.noPicture}</p>
      )}
      {status.state === 'offline' ? (
        <Offline status={status} />
      ) : status.health ? (
        <Unwell health={status.health} />
      ) : (
        picture && <Age atMs={picture.header.atMs} />
      )}
    </div>
  );
}

function Tiles({ cameraId, tiles }: { cameraId: string; tiles: ScoredTile[] }) {
  const pointed = pointedAt.value?.cameraId === cameraId ? pointedAt.value.ruleId : null;
  return (
    <div aria-hidden="true">
      {groupByBox(shownTiles(tiles, pointed)).map((group) => {
        const { box } = group[0]!.tile;
        const kind = group.some(isHit) ? 'hit' : '';
        const label = group
          .map(({ ruleId, score }) => `${ruleName(ruleId)} ${formatScore(score)}`)
          .join(' · ');
        return <TileBox key={JSON.stringify(box)} {...{ box, kind, label }} />;
      })}
    </div>
  );
}

/** Those over their threshold and the one pointed at; in a quiet picture the one that comes nearest. */
function shownTiles(tiles: ScoredTile[], pointed: string | null): ScoredTile[] {
  const shown = tiles.filter((tile) => isHit(tile) || tile.ruleId === pointed);
  if (shown.length > 0) return shown;
  return [...tiles].sort((a, b) => b.score - b.threshold - (a.score - a.threshold)).slice(0, 1);
}

/** Rules that found the same tile share one box: labels must not lie on top of each other. */
function groupByBox(tiles: ScoredTile[]): ScoredTile[][] {
  const groups = new Map<string, ScoredTile[]>();
  for (const scored of tiles) {
    const key = JSON.stringify(scored.tile.box);
    groups.set(key, [...(groups.get(key) ?? []), scored]);
  }
  return [...groups.values()];
}

function isHit({ score, threshold }: ScoredTile): boolean {
  return score >= threshold;
}

function Offline({ status: { reason, retryInMs, atMs } }: { status: CameraInfo['status'] }) {
  const waitMs = retryInMs === null ? 0 : atMs + retryInMs - nowMs.value;
  return (
    <div class="offline-why">
      <strong>{words.cameraState.offline}</strong>
      <span>{reason ?? words.noReason}</span>
      {waitMs > 0 && <span>{words.retryIn(formatDuration(waitMs))}</span>}
    </div>
  );
}

/** Connected, but there is something wrong with the picture. */
function Unwell({ health }: { health: NonNullable<CameraInfo['status']['health']> }) {
  return (
    <div class="offline-why">
      <strong>{words.cameraState[isBlind(health) ? 'blind' : 'degraded']}</strong>
      <span>{words.health[health.kind]}</span>
      <span>{words.sinceTime(formatTime(health.sinceMs, nowMs.value))}</span>
    </div>
  );
}

function Age({ atMs }: { atMs: number }) {
  const ageMs = nowMs.value - atMs;
  return ageMs > OLD_MS ? <span class="age">{words.pictureAge(formatDuration(ageMs))}</span> : null;
}
