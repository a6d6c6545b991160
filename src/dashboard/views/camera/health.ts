import type { HealthHistoryInfo } from '../../../server/api/history-routes.js';
import { isBlind } from '../../../shared/camera-health.js';
import type { TimeRange } from '../../time-range.js';

type HealthChange = HealthHistoryInfo['changes'][number];

/** How well a camera saw; `away`: the program did not run, or the footage was over. */
type Sight = 'online' | 'degraded' | 'blind' | 'offline' | 'connecting' | 'away';

/** A stretch of time in which a camera was in one state. */
export interface HealthPeriod extends TimeRange {
  sight: Sight;
  change: HealthChange;
}

/** A camera's states within a stretch of time, oldest first; of the time before the first change nothing is known. */
export function healthPeriods(changes: readonly HealthChange[], range: TimeRange): HealthPeriod[] {
  return changes.flatMap((change, i) => {
    const fromMs = Math.max(change.atMs, range.fromMs);
    const toMs = Math.min(changes[i + 1]?.atMs ?? range.toMs, range.toMs);
    return toMs > fromMs ? [{ fromMs, toMs, sight: sightOf(change), change }] : [];
  });
}

function sightOf({ state, health, atMs }: HealthChange): Sight {
  if (state === 'stopped' || state === 'ended') return 'away';
  if (state !== 'online') return state;
  if (!health) return 'online';
  return isBlind({ kind: health, sinceMs: atMs }) ? 'blind' : 'degraded';
}

/** Whether scores can be expected. */
export function isSeen({ sight }: Pick<HealthPeriod, 'sight'>): boolean {
  return sight === 'online' || sight === 'degraded';
}
