import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { bearer, CONTROL, JSON_TYPE, ORIGIN, serveGoodWorld, VIEW } from '../fixtures/api-requests.js';
import { makeScore } from '../fixtures/happenings.js';

const T0 = Date.now() - 60 * 60_000;

function serveWorld() {
  const { app, world, scores } = serveGoodWorld();
  const get = async (path: string) => {
    const response = await app.request(`${ORIGIN}${path}`, { headers: bearer(VIEW) });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  const post = async (path: string, body: unknown) => {
    const headers = { ...JSON_TYPE, ...bearer(CONTROL) };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await app.request(`${ORIGIN}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  return { app, world, scores, get, post };
}

it('events of the past are listed page by page, with their pictures and clips, and bad filters are refused', async () => {
  const { world, get } = serveWorld();
  const events = [0, 1, 2, 3, 4].map((i) =>
    world.raise({ startedAtMs: T0 + i * 1000, cameraId: i % 2 ? 'door' : 'yard', ruleId: 'fire' }, null),
  );
  world.snapshots.set(events[4]!.id, Buffer.of(1));
  world.clips.set(events[2]!.id, 'coming');
  const first = await get(`/api/past/events?camera=yard&since=${T0}&limit=2`);
  expect(first.body).toMatchObject({
    total: 3,
    events: [
      { event: { id: events[4]!.id }, hasSnapshot: true, clip: null, verdict: null },
      { event: { id: events[2]!.id }, hasSnapshot: false, clip: 'coming' },
    ],
  });
  const second = await get(`/api/past/events?camera=yard&since=${T0}&limit=2&before=${first.body.next}`);
  expect(second.body).toMatchObject({ total: null, next: null, events: [{ event: { id: events[0]!.id } }] });
  const wrong = [
    'camera=A/B',
    'severity=bad',
    'state=closed',
    'verdict=maybe',
    'since=x',
    'before=1',
    'limit=0',
  ];
  for (const query of [...wrong, 'limit=501', 'more=1'])
    expect(await get(`/api/past/events?${query}`)).toMatchObject({ status: 400 });
});

it('an event tells why it was raised, where it was published, and what is next to it', async () => {
  const { world, get } = serveWorld();
  const [older, event, newer] = [0, 1, 2].map((i) => world.raise({ startedAtMs: T0 + i * 1000 }));
  world.store({ ...event, phase: 'end', atMs: T0 + 9000, endedAtMs: T0 + 8000, score: 1 });
  world.raise({ startedAtMs: T0 + 1500, cameraId: 'door' });
  const { body } = await get(`/api/past/events/${event!.id}?camera=yard`);
  expect(body).toMatchObject({
    ...{ newer: newer!.id, older: older!.id, unexplained: null, budgetPerDay: null },
    phases: [{ phase: 'start' }, { phase: 'end', score: 1 }],
    topics: { event: 'wordwatch/yard/fire/event', events: 'wordwatch/events' },
    explanation: { probe: null, sameRule: false },
  });
  const { explanation } = body as never as {
    explanation: Record<'wordings' | 'negatives', { text: string }[]>;
  };
  expect(explanation.wordings.map(({ text }) => text)).toEqual(['something is on fire', 'flames']);
  expect(explanation.negatives).toMatchObject([{ text: 'a sunset', cosine: expect.closeTo(0.6, 5) }]);
  // Something that the program says of itself: no rule scored it.
  const own = world.raise({ ruleId: 'camera-blind', health: 'black' });
  expect((await get(`/api/past/events/${own.id}`)).body).toMatchObject({ unexplained: 'no-rule' });
  expect(await get(`/api/past/events/${randomUUID()}`)).toMatchObject({ status: 404 });
});

it('a score curve joins what is remembered and what is still in memory', async () => {
  const { world, scores, get } = serveWorld();
  const startedAtMs = Date.now() - 60_000;
  const event = world.raise({ startedAtMs });
  const { curve } = world.pastWorld;
  curve.push([startedAtMs - 100_000, 1, 4], [startedAtMs - 50_000, 2, 4]);
  // The newest is in both.
  for (const beforeMs of [50_000, 10_000]) scores.add(makeScore({ atMs: startedAtMs - beforeMs, score: 3 }));
  expect((await get(`/api/past/events/${event.id}/curve`)).body).toMatchObject({
    fromMs: startedAtMs - 120_000,
    points: [...curve, [startedAtMs - 10_000, 3, 4]],
  });
  expect(await get(`/api/past/events/${randomUUID()}/curve`)).toMatchObject({ status: 404 });
});

it('events are exported as they are filtered', async () => {
  const { app, world } = serveWorld();
  const events = Array.from({ length: 1_000 }, (_, i) => world.store({ startedAtMs: T0 + i * 1000 }));
  const ask = async (query: string) => {
    const response = await app.request(`${ORIGIN}/api/past/export?${query}`, { headers: bearer(VIEW) });
    return { headers: response.headers, lines: (await response.text()).trimEnd().split('\n') };
  };
  const table = await ask(`since=${T0 + 2_000}`);
  expect(table.headers.get('content-disposition')).toBe('attachment; filename="events.csv"');
  expect(table.lines).toHaveLength(1 + 998);
  expect(table.lines[1]).toMatch(new RegExp(`^${events[2]!.id},yard,fire,critical,`));
  const { lines } = await ask(`since=${T0}&until=${T0 + 1_500}&format=json`);
  expect(lines.map((line) => JSON.parse(line).id)).toEqual([events[0]!.id, events[1]!.id]);
});

it('near misses can be judged after one has seen what that would change, and it is taken back', async () => {
  const { world, get, post } = serveWorld();
  world.ruleList = [
    ...world.ruleList,
    { ...world.ruleList[0]!, id: 'smoke', threshold: null, budgetPerDay: 1 },
  ];
  const live = world.pastWorld.watchPeaks();
  const event = world.raise();
  const list = async () =>
    (await get('/api/near-misses')).body as never as {
      nearMisses: {
        cameraId: string;
        threshold: number;
        misses: { id: string; score: number; verdict: string }[];
      }[];
    };
  const [found] = (await list()).nearMisses;
  expect(found!.misses).toHaveLength(20);
  expect(found!.misses[0]!.score).toBeGreaterThan(found!.misses[19]!.score);
  const ids = found!.misses.map(({ id }) => id);
  const reviews = [...ids.slice(0, 5), event.id].map((id) => ({ id, verdict: 'true' }));
  const foreseen = await post('/api/reviews/preview', { reviews });
  expect(live.calibration.threshold).toBe(found!.threshold);
  const done = await post('/api/reviews', { reviews: [...reviews, { id: randomUUID(), verdict: 'false' }] });
  expect(done.body).toMatchObject({ effects: foreseen.body.effects, unknown: [expect.any(String)] });
  const [effect] = done.body.effects as never as { threshold: { before: number; after: number } }[];
  expect(effect!.threshold).toEqual({ before: found!.threshold, after: live.calibration.threshold });
  expect(effect!.threshold.after).toBeLessThan(effect!.threshold.before);
  expect((await list()).nearMisses[0]!.misses[0]!.verdict).toBe('true');
  expect((await get('/api/past/events?verdict=true')).body.events).toMatchObject([
    { event: { id: event.id } },
  ]);

  const undo = (done.body.reviewed as never as { id: string; before: null }[]).map(({ id, before }) => ({
    ...{ id, verdict: before },
  }));
  await post('/api/reviews', { reviews: undo });
  expect(live.calibration.threshold).toBeCloseTo(found!.threshold, 1);
  for (const bad of [[], [{ id: 'x', verdict: null }], [{ id: event.id }], Array(501).fill(undo[0])])
    expect(await post('/api/reviews', { reviews: bad })).toMatchObject({ status: 400 });
});

it('near misses below a fixed threshold are told and judged, which moves nothing', async () => {
  const { world, get, post } = serveWorld();
  expect((await get('/api/near-misses')).body).toEqual({ nearMisses: [] });
  const ids = world.pastWorld.watchFixedPeaks(Date.now());
  const list = async () =>
    ((await get('/api/near-misses')).body as never as { nearMisses: object[] }).nearMisses;
  const row = {
    ...{ cameraId: 'yard', ruleId: 'fire', state: 'fixed', threshold: 4 },
    ...{ budgetPerDay: null, observedHours: null, expected: null },
  };
  const [score, threshold] = [3.5, 4];
  expect(await list()).toMatchObject([
    { ...row, misses: [{ id: ids[0], score, threshold }, { id: ids[1] }] },
  ]);
  const reviews = [{ id: ids[0], verdict: 'true' }];
  const nothing = { reviewed: [{ id: ids[0], before: null, after: 'true' }], unknown: [], effects: [] };
  expect((await post('/api/reviews/preview', { reviews })).body).toEqual(nothing);
  expect(await list()).toMatchObject([{ misses: [{ verdict: null }, {}] }]);
  expect((await post('/api/reviews', { reviews })).body).toEqual(nothing);
  expect(await list()).toMatchObject([{ misses: [{ verdict: 'true' }, { verdict: null }] }]);
});
