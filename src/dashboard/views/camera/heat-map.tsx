import { Flame, Grid3x3, Hash } from 'lucide';
import type { CSSProperties } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { TilesInfo } from '../../../server/api/tile-routes.js';
import { set, settings } from '../../data/settings.js';
import { nowMs, ruleName } from '../../data/state.js';
import { formatPercent, formatScore, formatTime } from '../../format.js';
import { Columns } from '../../parts/columns.js';
import { Icon } from '../../parts/icon.js';
import { Scroll } from '../../parts/scroll.js';
import { placed, TileBox } from '../../parts/tile-picture.js';
import { words } from '../../words.js';
import { type HeatScale, type HeatTile, heatCells, heatOf, widened } from './heat.js';

/** What lies over the picture. */
export interface Overlay {
  heat: boolean;
  values: boolean;
  /** null: of each part of the picture the tile that shows it most closely. */
  level: number | null;
}

/** A colour scale that only widens as long as the same rule is looked at. */
export function useScale(tiles: TilesInfo | null): HeatScale | null {
  const known = useRef<{ key: string; scale: HeatScale | null }>({ key: '', scale: null });
  const key = `${tiles?.cameraId}/${tiles?.ruleId}`;
  if (known.current.key !== key) known.current = { key, scale: null };
  if (tiles) known.current.scale = widened(known.current.scale, tiles.tiles);
  return known.current.scale;
}

/** Colours over the picture: where a rule finds what it looks for. */
export function HeatCells({ info, scale, overlay }: { info: TilesInfo; scale: HeatScale; overlay: Overlay }) {
  const best = info.tiles.find(({ index }) => index === info.score?.tile);
  const shown = info.tiles.filter(({ level }) => overlay.level === null || level === overlay.level);
  const isHit = info.score !== null && info.score.score >= info.score.threshold;
  return (
    <div class="heat" aria-hidden="true">
      {overlay.heat &&
        heatCells(info.tiles, overlay.level).map(({ box, tile }) => (
          <i key={JSON.stringify(box)} style={{ ...placed(box), ...coloured(tile, scale) }} />
        ))}
      {settings.value.grid && shown.map(({ index, box }) => <b key={index} style={placed(box)} />)}
      {overlay.values &&
        shown.map(({ index, box, margin }) => (
          <em key={index} style={middleOf(box)}>
            {formatScore(margin)}
          </em>
        ))}
      {best && overlay.heat && (
        <TileBox
          box={best.box}
          kind={isHit ? 'hit' : ''}
          label={`${ruleName(info.ruleId!)} ${formatScore(info.score!.score)}`}
        />
      )}
    </div>
  );
}

function coloured(tile: HeatTile, scale: HeatScale): CSSProperties {
  return { '--t': String(Math.round(heatOf(tile.margin!, scale) * 100)) } as CSSProperties;
}

function middleOf({ x, y, w, h }: HeatTile['box']): CSSProperties {
  return { left: `${(x + w / 2) * 100}%`, top: `${(y + h / 2) * 100}%` };
}

/** Switches what lies over the picture. */
export function HeatTools({
  overlay,
  onChange,
  tiles,
}: {
  overlay: Overlay;
  onChange: (changes: Partial<Overlay>) => void;
  tiles: readonly HeatTile[];
}) {
  const levels = [...new Set(tiles.map(({ level }) => level))].sort((a, b) => a - b);
  const { grid } = settings.value;
  return (
    <div class="heat-tools" role="toolbar" aria-label={words.camera.heatTools}>
      <button type="button" aria-pressed={overlay.heat} onClick={() => onChange({ heat: !overlay.heat })}>
        <Icon of={Flame} />
        {words.camera.heat}
      </button>
      <button
        type="button"
        aria-pressed={overlay.values}
        onClick={() => onChange({ values: !overlay.values })}
      >
        <Icon of={Hash} />
        {words.camera.heatValues}
      </button>
      <button type="button" aria-pressed={grid} onClick={() => set({ grid: !grid })}>
        <Icon of={Grid3x3} />
        {words.camera.heatGrid}
      </button>
      {levels.length > 1 && (
        <select
          aria-label={words.camera.heatLevel}
          value={overlay.level ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ level: value === '' ? null : Number(value) })
          }
        >
          <option value="">{words.camera.allLevels}</option>
          {levels.map((level) => (
            <option key={level} value={level}>
              {levelName(tiles.filter((tile) => tile.level === level))}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function levelName(tiles: readonly HeatTile[]): string {
  return words.camera.levelOf(tiles.length, formatPercent(tiles[0]!.box.w));
}

/** What the colours mean, and when the frame was. */
export function HeatLegend({ info, scale }: { info: TilesInfo; scale: HeatScale | null }) {
  if (!scale || info.tiles.every(({ margin }) => margin === null))
    return <p class="quiet">{words.camera.heatUnknown}</p>;
  return (
    <div class="heat-legend">
      <span>{words.camera.heatLegend(ruleName(info.ruleId!))}</span>
      <span class="ramp">
        <span>{formatScore(scale.low)}</span>
        <i />
        <span>{formatScore(scale.high)}</span>
      </span>
      <time dateTime={new Date(info.atMs).toISOString()}>
        {words.camera.heatOf(formatTime(info.atMs, nowMs.peek()))}
      </time>
    </div>
  );
}

/** The same in numbers, for whoever does not see colours. */
export function HeatTable({ info }: { info: TilesInfo }) {
  const sorted = [...info.tiles].sort((a, b) => (b.margin ?? -Infinity) - (a.margin ?? -Infinity));
  return (
    <details class="as-table">
      <summary>{words.camera.heatTable}</summary>
      <Scroll label={words.camera.heatTable}>
        <table>
          <Columns
            names={[words.camera.tile, words.camera.tilePlace, words.camera.tileWidth, words.camera.margin]}
            numbersFrom={3}
          />
          <tbody>
            {sorted.map(({ index, box, margin }) => (
              <tr key={index}>
                <th scope="row">
                  {index} {index === info.score?.tile && `(${words.camera.best})`}
                </th>
                <td>
                  {formatPercent(box.x + box.w / 2)}, {formatPercent(box.y + box.h / 2)}
                </td>
                <td>{formatPercent(box.w)}</td>
                <td class="number">{formatScore(margin)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

/** Asks for tiles anew with every picture, unless the last answer is still under way. */
export function useNewest(
  reload: () => void,
  { atMs, isLoading }: { atMs: number; isLoading: boolean },
): void {
  const under = useRef(isLoading);
  under.current = isLoading;
  useEffect(() => {
    if (atMs > 0 && !under.current) reload();
  }, [atMs, reload]);
}
