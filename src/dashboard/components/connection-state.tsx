import { useEffect, useState } from 'preact/hooks';
import { connection, heardAtMs } from '../state.js';
import { words } from '../words.js';

/** Without a message for so long, what the page shows may be old. */
const STALE_MS = 20_000;

export function ConnectionState() {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const silentMs = nowMs - heardAtMs.value;
  if (connection.value === 'live' && silentMs < STALE_MS)
    return <span class="state live">{words.connected}</span>;
  if (connection.value === 'live')
    return <span class="state bad">{words.stale(Math.round(silentMs / 1000))}</span>;
  return <span class="state bad">{words.connecting}</span>;
}
