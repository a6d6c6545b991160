import { createHash } from 'node:crypto';
import type { ProbeLabels } from '../rules/labels/probe.js';
import type { Moment, MomentStore } from '../store/moment-store.js';
import type { SampleStore } from '../store/sample-store.js';
import type { WatchRule } from './rule-book.js';

/** An event and a peak of a camera that are no further apart show the same happening. */
const SAME_HAPPENING_MS = 60_000;

/** What is on record of a rule, for one model. Moments in the order of time, each happening once. */
export interface RuleLabels {
  moments: Moment[];
  /** Judged true, false, and unsure. */
  confirmed: Moment[];
  wrong: Moment[];
  unsure: Moment[];
  /** Everyday tiles of the rule's cameras. */
  quiet: Float32Array[];
}

/**
 * Gathers what is on record of a rule: moments of all cameras, samples of those that it looks at.
 * @param sinceMs earlier moments are only asked for if somebody has judged them; milliseconds since the epoch
 */
export function labelsOfRule(
  rule: Pick<WatchRule, 'id' | 'cameras'>,
  {
    moments,
    samples,
    modelHash,
    sinceMs,
  }: { moments: MomentStore; samples: SampleStore; modelHash: string; sinceMs: number },
): RuleLabels {
  const asked = { ruleId: rule.id, modelHash };
  const recent = moments.list({ ...asked, sinceMs });
  const known = [...recent, ...moments.list({ ...asked, reviewed: true })];
  const byId = new Map(known.map((moment) => [moment.id, moment]));
  const once = happenings([...byId.values()].sort((a, b) => a.atMs - b.atMs));
  const judged = (verdict: Moment['verdict']) => once.filter((moment) => moment.verdict === verdict);
  const confirmed = judged('true');
  const cameraIds = rule.cameras ?? samples.cameras(modelHash);
  // A sample may show what the rule is for: not where somebody has said so.
  const quiet = cameraIds.flatMap((cameraId) =>
    samples
      .list(cameraId, modelHash)
      .filter(({ atMs }) => !confirmed.some((moment) => isNear(moment, { cameraId, atMs })))
      .map(({ atMs, vector }) => ({ atMs, vector })),
  );
  return {
    ...{ moments: once, confirmed, wrong: judged('false'), unsure: judged('unsure') },
    quiet: quiet.sort((a, b) => a.atMs - b.atMs).map(({ vector }) => vector),
  };
}

/** As a probe is trained on them. */
export function probeLabelsOf({ confirmed, wrong, quiet }: RuleLabels): ProbeLabels {
  const vectorOf = ({ vector }: Moment) => vector;
  return { confirmed: confirmed.map(vectorOf), wrong: wrong.map(vectorOf), quiet };
}

/** A hash of verdicts: 16 hexadecimal digits, the same as long as nobody has judged anew. */
export function hashOf(judged: readonly Moment[]): string {
  const verdicts = judged.map(({ id, verdict }) => `${id} ${verdict}`).sort();
  return createHash('sha256').update(verdicts.join('\n')).digest('hex').slice(0, 16);
}

/**
 * Leaves out peaks that show what an event shows: counted twice, a happening would weigh twice. Where only the peak was
 * judged, it stands for both; where both were, and not alike, they are two.
 * @param moments oldest first
 */
export function happenings(moments: readonly Moment[]): Moment[] {
  const events = moments.filter(({ kind }) => kind === 'event');
  const peaks = moments.filter(({ kind }) => kind === 'peak');
  const gone = new Set<string>();
  for (const peak of peaks) {
    const event = events.find((event) => !gone.has(event.id) && isNear(event, peak));
    if (!event) continue;
    if (peak.verdict === null || peak.verdict === event.verdict) gone.add(peak.id);
    else if (event.verdict === null) gone.add(event.id);
  }
  return moments.filter(({ id }) => !gone.has(id));
}

function isNear(a: Pick<Moment, 'cameraId' | 'atMs'>, b: Pick<Moment, 'cameraId' | 'atMs'>): boolean {
  return a.cameraId === b.cameraId && Math.abs(a.atMs - b.atMs) <= SAME_HAPPENING_MS;
}
