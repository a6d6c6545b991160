import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { bearer, ORIGIN, serveGoodWorld, VIEW } from '../fixtures/api-requests.js';

const HIT = {
  ...{ cameraId: 'yard', atMs: 2000, fromMs: 1000, toMs: 3000, timed: true, score: 0.1, surprise: 9 },
  ...{ standsOut: true, tile: { index: 3, box: { x: 0, y: 0, w: 0.5, h: 0.5 } }, pictureId: randomUUID() },
};

it('search in words is passed on as it was asked, and bounded', async () => {
  const { app, world } = serveGoodWorld();
  const ask = async (query: string) => {
    const response = await app.request(`${ORIGIN}/api/search?${query}`, { headers: bearer(VIEW) });
    const body = (await response.json()) as { error?: { code: string } };
    return { status: response.status, code: body.error?.code, body };
  };
  const answer = { standsOut: true, minutes: 60, vectors: 7000, lostMinutes: 0, skipped: [], hits: [HIT] };
  world.found = answer;
  const found = await ask('q=+a%20dog+&not=a%20cat&camera=yard&since=1000&until=5000&limit=3');
  expect(found).toMatchObject({ status: 200, body: answer });
  expect(world.searched).toEqual([
    { q: 'a dog', not: 'a cat', camera: 'yard', since: 1000, until: 5000, limit: 3 },
  ]);
  const wrong = ['', 'q=', `q=${'a'.repeat(10_000)}`, 'q=a%0Adog', 'q=a&limit=101', 'q=a&since=5&until=5'];
  for (const query of [...wrong, 'q=a&camera=A/B', 'q=a&more=1'])
    expect(await ask(query)).toMatchObject({ status: 400, code: 'bad-input' });
  world.found = 'busy';
  expect(await ask('q=a')).toMatchObject({ status: 503, code: 'busy' });
  world.found = null;
  expect(await ask('q=a')).toMatchObject({ status: 404, code: 'not-found' });
});
