import { useRef } from 'preact/hooks';
import type { SystemInfo } from '../../../server/api/system-routes.js';
import { getJson } from '../../data/api.js';
import { type Polled, usePolled } from '../../data/use-polled.js';

const PERIOD_MS = 2_000;
/** Five minutes of answers. */
const KEPT = 150;

/** The newest answer and those before it. */
interface SystemWatch extends Polled<SystemInfo> {
  /** Oldest first; the newest is the last. */
  past: readonly SystemInfo[];
}

/** How the program does, asked for every two seconds while it is looked at. */
export function useSystem(): SystemWatch {
  const past = useRef<readonly SystemInfo[]>([]);
  const ask = async (signal: AbortSignal) => {
    const info = await getJson<SystemInfo>('/api/system', signal);
    const before = past.current.at(-1);
    // Another start counts from nought again.
    const isSame = before?.startedAtMs === info.startedAtMs;
    past.current = [...(isSame ? past.current : []), info].slice(-KEPT);
    return info;
  };
  const polled = usePolled(ask, { periodMs: PERIOD_MS });
  return { ...polled, past: past.current };
}

/** Cores that the program used between two answers; null: there is only one. */
export function coresUsed(past: readonly SystemInfo[]): (number | null)[] {
  return past.map((info, i) => {
    const before = past[i - 1];
    if (!before) return null;
    const seconds = (info.atMs - before.atMs) / 1000;
    return seconds <= 0 ? null : (info.process.cpuSeconds - before.process.cpuSeconds) / seconds;
  });
}
