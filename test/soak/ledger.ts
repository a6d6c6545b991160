import type { DetectionEvent } from '../../src/detect/event.js';

/** A phase of an event. */
export type Told = Pick<DetectionEvent, 'id' | 'seq' | 'phase' | 'cameraId' | 'ruleId'>;

/** What became of the events. */
export interface Ledger {
  /** Phases that the store, the terminal or the subscriber has ever heard of. */
  raised: number;
  /** Of these, in the store. */
  stored: number;
  /** Of these, at the subscriber. */
  delivered: number;
  /** Of these, not at the subscriber, which the broker did not know when it may have taken them. */
  forgotten: number;
  /** Of these, not at the subscriber for no such reason. */
  lost: number;
  /** Phases that reached the subscriber for the first time after a later one of the same rule on the same camera. */
  outOfOrder: number;
  /** Numbers and ids that stand for two things. */
  idsReused: number;
}

/**
 * Compares what was raised with what is stored and what arrived.
 * @param received in the order of arrival; what comes again under the same id and number is no fault
 * @param mayMiss whether the broker may have taken an event when it knew of no subscriber
 */
export function balance({
  stored,
  printed,
  received,
  mayMiss = () => false,
}: {
  stored: readonly Told[];
  printed: readonly Told[];
  received: readonly Told[];
  mayMiss?: (told: Told) => boolean;
}): Ledger {
  const raised = new Map([...stored, ...printed, ...received].map((told) => [keyOf(told), told]));
  const inStore = new Set(stored.map(keyOf));
  const arrived = new Set(received.map(keyOf));
  const missing = [...raised].flatMap(([key, told]) => (arrived.has(key) ? [] : told));
  const forgotten = missing.filter(mayMiss).length;
  return {
    raised: raised.size,
    stored: [...raised.keys()].filter((key) => inStore.has(key)).length,
    delivered: raised.size - missing.length,
    forgotten,
    lost: missing.length - forgotten,
    outOfOrder: outOfOrder(received),
    idsReused: idsReused([...raised.values()]),
  };
}

/** Whether everything is where it has to be. */
export function isBalanced({ raised, stored, lost, outOfOrder, idsReused }: Ledger): boolean {
  return stored === raised && lost === 0 && outOfOrder === 0 && idsReused === 0;
}

function keyOf({ id, seq, phase }: Told): string {
  return `${id} ${phase} ${seq}`;
}

function outOfOrder(received: readonly Told[]): number {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  let late = 0;
  for (const told of received) {
    if (seen.has(keyOf(told))) continue;
    seen.add(keyOf(told));
    const pair = `${told.cameraId}/${told.ruleId}`;
    const highest = newest.get(pair) ?? 0;
    if (told.seq < highest) late++;
    newest.set(pair, Math.max(highest, told.seq));
  }
  return late;
}

/** An event starts once and belongs to one rule on one camera; a number is given out once. */
function idsReused(raised: readonly Told[]): number {
  const bySeq = new Map<number, number>();
  const starts = new Map<string, number>();
  const pairs = new Map<string, Set<string>>();
  for (const { id, seq, phase, cameraId, ruleId } of raised) {
    bySeq.set(seq, (bySeq.get(seq) ?? 0) + 1);
    if (phase === 'start') starts.set(id, (starts.get(id) ?? 0) + 1);
    pairs.set(id, (pairs.get(id) ?? new Set()).add(`${cameraId}/${ruleId}`));
  }
  const twice = (counts: Iterable<number>) => [...counts].filter((count) => count > 1).length;
  return (
    twice(bySeq.values()) + twice(starts.values()) + twice([...pairs.values()].map((names) => names.size))
  );
}
