import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Verdict } from '../detect/event.js';
import type { Moment } from '../store/moment-store.js';
import { recallOf } from './recall.js';

const moment = (atMs: number, verdict: Verdict, kind: Moment['kind'] = 'event'): Moment => ({
  ...{ id: randomUUID(), kind, peak: kind === 'peak' ? 1 : null, cameraId: 'yard', ruleId: 'fire', key: '' },
  ...{ modelHash: 'abc', scoring: '', atMs, score: 1, threshold: 1, vector: new Float32Array(), verdict },
  ...{ tile: { index: 0, box: { x: 0, y: 0, w: 1, h: 1 }, level: 0 }, reviewedAtMs: 1 },
});

it('counts judged moments that events show, each happening once, and none of a time that was not tried', () => {
  const judged = [
    moment(100_000, 'true'),
    // Shows the same.
    moment(104_000, 'true', 'peak'),
    moment(500_000, 'true'),
    moment(700_000, 'false'),
    moment(900_000, 'false'),
    moment(950_000, 'unsure'),
    moment(1_200_000, 'true'),
    moment(5_000_000, 'true'),
  ];
  const events = [
    { startedAtMs: 109_000, endedAtMs: 120_000 },
    { startedAtMs: 600_000, endedAtMs: 690_000 },
    { startedAtMs: 915_000, endedAtMs: null },
  ];
  const gaps = [{ fromMs: 1_100_000, toMs: 1_300_000 }];
  expect(recallOf(judged, { events, fromMs: 0, toMs: 2_000_000, gaps })).toEqual({
    true: { raised: 1, of: 2 },
    false: { raised: 1, of: 2 },
    untested: 1,
  });
});
