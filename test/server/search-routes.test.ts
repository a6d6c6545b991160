import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { bearer, JSON_TYPE, ORIGIN, serveGoodWorld, VIEW } from '../fixtures/api-requests.js';

const HIT = {
  ...{ cameraId: 'yard', atMs: 2000, fromMs: 1000, toMs: 3000, timed: true, score: 0.1, surprise: 9 },
  ...{ standsOut: true, tile: { index: 3, box: { x: 0, y: 0, w: 0.5, h: 0.5 } }, pictureId: randomUUID() },
  recorded: false,
  pictureAtMs: null,
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
    { words: 'a dog', not: ['a cat'], cameras: ['yard'], sinceMs: 1000, untilMs: 5000, limit: 3 },
  ]);
  const wrong = ['', 'q=', `q=${'a'.repeat(10_000)}`, 'q=a%0Adog', 'q=a&limit=101', 'q=a&since=5&until=5'];
  for (const query of [...wrong, 'q=a&camera=A/B', 'q=a&more=1'])
    expect(await ask(query)).toMatchObject({ status: 400, code: 'bad-input' });
  world.found = 'busy';
  expect(await ask('q=a')).toMatchObject({ status: 503, code: 'busy' });
  world.found = null;
  expect(await ask('q=a')).toMatchObject({ status: 404, code: 'not-found' });
});

it('search by a picture or a tile takes large bodies, bounded, and says what is wrong with them', async () => {
  const { app, world } = serveGoodWorld();
  const ask = async (given: unknown) => {
    const init = { method: 'POST', body: JSON.stringify(given), headers: { ...JSON_TYPE, ...bearer(VIEW) } };
    const response = await app.request(`${ORIGIN}/api/search`, init);
    const { error } = (await response.json()) as { error?: { code: string; message: string } };
    return error ? [response.status, error.code, error.message] : [response.status];
  };
  const image = 'A'.repeat(13_981_016);
  const like = { cameraId: 'yard', atMs: 5, tile: 3 };
  expect(await ask({ image, not: ['a cat', 'a car'], cameras: ['yard'], limit: 3 })).toEqual([200]);
  expect(await ask({ like, words: ' a dog ' })).toEqual([200]);
  expect(world.searched).toEqual([
    { image, not: ['a cat', 'a car'], cameras: ['yard'], limit: 3 },
    { like, words: 'a dog', not: [], limit: 10 },
  ]);
  expect(await ask({})).toEqual([400, 'bad-input', 'words: expected words, an image or a tile (like)']);
  expect(await ask({ image, like })).toEqual([
    400,
    'bad-input',
    'like: expected an image or a tile, not both',
  ]);
  const long = [400, 'bad-input', 'image: expected a file of at most 10 MiB'];
  expect(await ask({ image: `${image}AAAA` })).toEqual(long);
  for (const wrong of [
    { image: '' },
    { like: { ...like, tile: -1 } },
    { words: 'a', sinceMs: 5, untilMs: 5 },
  ])
    expect(await ask(wrong)).toEqual([400, 'bad-input', expect.any(String)]);
  expect(await ask({ image: image.repeat(2) })).toEqual([413, 'too-large', expect.any(String)]);
  world.found = { refused: { code: 'image-unreadable', message: 'the picture is no JPEG' } };
  expect(await ask({ image: 'AAAA' })).toEqual([400, 'image-unreadable', 'the picture is no JPEG']);
  world.found = { refused: { code: 'tile-unknown', message: 'not kept' } };
  expect(await ask({ like })).toEqual([404, 'tile-unknown', 'not kept']);
});

it('frames of recordings are sent, or it is said why not', async () => {
  const { app, world } = serveGoodWorld();
  const ask = (query: string) =>
    app.request(`${ORIGIN}/api/search/still?${query}`, { headers: bearer(VIEW) });
  const found = await ask('camera=yard&at=1.5');
  expect([found.status, found.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  world.stills.set('yard 2', 'busy');
  expect((await ask('camera=yard&at=2')).status).toBe(503);
  expect((await ask('camera=yard&at=3')).status).toBe(404);
  for (const wrong of ['camera=yard', 'camera=../x&at=1', 'camera=yard&at=1e3', 'camera=yard&at='])
    expect((await ask(wrong)).status).toBe(400);
});
