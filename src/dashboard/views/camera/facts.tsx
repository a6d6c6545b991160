import type { ScoreHistoryInfo } from '../../../server/api/history-routes.js';
import type { CameraInfo } from '../../../server/messages.js';
import { seriesOf } from '../../data/series.js';
import { nowMs, timeZone } from '../../data/state.js';
import { formatPercent, formatRate, formatTime } from '../../format.js';
import { cameraStateOf } from '../../parts/camera-state.js';
import { Fact } from '../../parts/fact.js';
import { Pill } from '../../parts/pill.js';
import { words } from '../../words.js';

/** Frames are counted over so much of the past. */
const COUNTED_MS = 30_000;

/** What is known of the camera now. */
export function Facts({
  camera: { id, status },
  ruleIds,
  tiles,
  history,
}: {
  camera: CameraInfo;
  ruleIds: readonly string[];
  /** How many it is cut into; null: not known. */
  tiles: number | null;
  history: ScoreHistoryInfo | null;
}) {
  const { size, missedPart, health, reason } = status;
  const state = cameraStateOf(status);
  const why = health ? words.health[health.kind] : status.state === 'offline' ? reason : null;
  const rate = rateOf(id, ruleIds);
  const regime = history?.light.at(-1)?.regime ?? null;
  const brightness = history?.brightness.findLast((value) => value !== null) ?? null;
  const { fact } = words.camera;
  return (
    <section class="card" aria-label={words.camera.facts}>
      <dl class="facts">
        <Fact name={fact.state}>
          <Pill kind={state} text={words.cameraState[state]} />
          {why && <span class="why"> {why}</span>}
          {health && <span class="why"> {words.sinceTime(formatTime(health.sinceMs, nowMs.value))}</span>}
        </Fact>
        {size && <Fact name={fact.size}>{words.camera.sizeIs(size.widthPx, size.heightPx)}</Fact>}
        {rate !== null && <Fact name={fact.rate}>{words.camera.rate(formatRate(rate))}</Fact>}
        {missedPart > 0 && <Fact name={fact.skipped}>{words.camera.skipped(formatPercent(missedPart))}</Fact>}
        {tiles !== null && <Fact name={fact.tiles}>{String(tiles)}</Fact>}
        {regime && brightness !== null && (
          <Fact name={fact.light}>
            {words.camera.lightIs(words.camera.light[regime], formatPercent(brightness))}
          </Fact>
        )}
        {timeZone.value && (
          <Fact name={fact.zone}>{words.camera.zone(timeIn(timeZone.value), timeZone.value)}</Fact>
        )}
      </dl>
    </section>
  );
}

/** Frames a second that are scored, by what has come lately; null: too few have. */
function rateOf(cameraId: string, ruleIds: readonly string[]): number | null {
  const fromMs = nowMs.value - COUNTED_MS;
  const counts = ruleIds.map((ruleId) => {
    const recent = seriesOf({ cameraId, ruleId }).atMs.filter((atMs) => atMs >= fromMs);
    const lengthMs = recent.length < 3 ? 0 : recent.at(-1)! - recent[0]!;
    return lengthMs === 0 ? 0 : ((recent.length - 1) * 1000) / lengthMs;
  });
  const highest = Math.max(0, ...counts);
  return highest === 0 ? null : highest;
}

function timeIn(zone: string): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', timeZone: zone }).format(nowMs.value);
}
