import { isIPv6 } from 'node:net';

/** So many wrong secrets an address may offer … */
export const FAILURES_ALLOWED = 10;
/** … in so long, from the first one on. */
export const FAILURE_WINDOW_MS = 60_000;
/** More addresses than this are not remembered: the oldest is forgotten. */
const ADDRESSES_LIMIT = 10_000;

interface Failures {
  count: number;
  untilMs: number;
}

/** Counts wrong tokens or passwords by where they come from, so that nobody can try out many. */
export class FailureLimit {
  /** Oldest first: a window's length is the same for all. */
  readonly #failures = new Map<string, Failures>();

  /** Whether an address has offered a wrong one lately. */
  hasFailed(address: string, nowMs: number): boolean {
    const failures = this.#failures.get(networkOf(address));
    return failures !== undefined && failures.untilMs > nowMs;
  }

  /** How long an address has to wait before another one of it is looked at; 0: not at all. */
  waitMs(address: string, nowMs: number): number {
    const failures = this.#failures.get(networkOf(address));
    if (!failures || failures.count < FAILURES_ALLOWED) return 0;
    return Math.max(0, failures.untilMs - nowMs);
  }

  /** @returns whether that was the last one allowed */
  add(address: string, nowMs: number): boolean {
    const network = networkOf(address);
    const failures = this.#failures.get(network);
    if (failures && failures.untilMs > nowMs) {
      failures.count++;
      return failures.count === FAILURES_ALLOWED;
    }
    this.#failures.delete(network);
    if (this.#failures.size >= ADDRESSES_LIMIT) this.#failures.delete(this.#failures.keys().next().value!);
    this.#failures.set(network, { count: 1, untilMs: nowMs + FAILURE_WINDOW_MS });
    return false;
  }
}

/** A household has a whole /64 of IPv6 addresses and can use a new one for each try, so they count as one. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = [], tail] = plain.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const missing = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
