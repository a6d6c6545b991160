import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '../../src/server/access.js';
import { FeasibilityInfo } from '../../src/server/messages.js';
import { readPageFiles } from '../../src/server/page-files.js';
import { createRoutes } from '../../src/server/routes.js';
import { ScoreHistory } from '../../src/server/score-history.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeScore } from '../fixtures/happenings.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const TOKEN = 'a-long-token';
const logger = createLogger({ level: 'silent' });
const JSON_TYPE = { 'content-type': 'application/json' };
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.html'), 'secret');
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'page', 'assets', 'index-1a2b.js'), 'let a = 1;');
  await symlink(join(folder, 'secret.html'), join(folder, 'page', 'link.html'));
});
afterAll(() => rm(folder, { recursive: true }));

async function routes({ token = null as string | null } = {}): Promise<{
  app: Hono;
  world: WatchedWorld;
  scores: ScoreHistory;
}> {
  const world = new WatchedWorld();
  const scores = new ScoreHistory();
  const access = new Access({ host: '127.0.0.1', token });
  const page = await readPageFiles(join(folder, 'page'));
  return { app: createRoutes({ data: world, access, scores, page, logger }), world, scores };
}

const at = (path: string) => `http://localhost:8787${path}`;

describe('API', () => {
  it('lists cameras, rules, events and scores', async () => {
    const { app, world, scores } = await routes();
    for (let i = 0; i < 5; i++) world.raise();
    scores.add(makeScore({ atMs: 5_000 }));
    const get = async (path: string) => (await app.request(at(path))).json();
    expect(await get('/api/cameras')).toEqual({ cameras: world.cameraList });
    expect(await get('/api/rules')).toEqual({
      rules: world.ruleList.map((rule) => ({ ...rule, switches: world.studio.switches(rule.id) })),
    });
    expect(await get('/api/events?after=1&limit=2')).toEqual({
      events: world.stored.slice(1, 3),
      lastSeq: 5,
    });
    expect(await get(`/api/events/${world.stored[3]!.id}`)).toEqual(world.stored[3]);
    expect(await get('/api/scores?camera=yard&rule=fire&since=1')).toEqual({
      series: [
        { cameraId: 'yard', ruleId: 'fire', threshold: 4, thresholdState: 'fixed', points: [[5_000, 1]] },
      ],
    });
  });

  it('says whether a rule can work on a camera', async () => {
    const { app, world } = await routes();
    world.feasible.push({
      ...{ cameraId: 'yard', ruleId: 'fire', verdict: 'cannot tell', samples: 0, sightings: 0 },
      reasons: ['too little footage: 0 tiles, 100 are needed'],
      ...{ separation: null, dominatingTile: null, likest: [], negatives: [], proposals: [] },
    });
    const response = await app.request(at('/api/feasibility?rule=fire&camera=yard'));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(FeasibilityInfo.parse(await response.json())).toEqual(world.feasible[0]);
  });

  it('gives an event’s picture', async () => {
    const { app, world } = await routes();
    const { id } = world.raise({}, Buffer.from([0xff, 0xd8]));
    const response = await app.request(at(`/api/events/${id}/snapshot`));
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0xff, 0xd8]);
    const part = await app.request(at(`/api/events/${id}/snapshot`), { headers: { range: 'bytes=1-' } });
    expect([part.status, ...new Uint8Array(await part.arrayBuffer())]).toEqual([206, 0xd8]);
    const head = await app.request(at(`/api/events/${id}/snapshot`), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '2', null]);
  });

  it.each([
    ['/api/events?after=-1', 400],
    ['/api/events?after=1e3', 400],
    ['/api/events?after=99999999999999999999', 400],
    ['/api/events?limit=0', 400],
    ['/api/events?limit=1001', 400],
    ['/api/events?token=x', 400],
    ['/api/scores?camera=..%2f', 400],
    ['/api/scores?since=now', 400],
    ['/api/feasibility', 400],
    ['/api/feasibility?rule=fire', 400],
    ['/api/feasibility?camera=yard', 400],
    ['/api/feasibility?rule=fire&camera=..%2f', 400],
    ['/api/feasibility?rule=fire&camera=yard&more=1', 400],
    ['/api/feasibility?rule=flood&camera=yard', 404],
    ['/api/feasibility?rule=fire&camera=cellar', 404],
    ['/api/events/1', 400],
    ['/api/events/..%2f..%2fetc%2fpasswd', 400],
    ['/api/events/%00/snapshot', 400],
    [`/api/events/${UNKNOWN_ID}`, 404],
    [`/api/events/${UNKNOWN_ID}/snapshot`, 404],
    ['/api/unknown', 404],
    ['/nothing', 404],
  ])('%s is %i', async (path, status) => {
    const { app } = await routes();
    const response = await app.request(at(path));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });

  it('says what is down with 503, in detail only to those who may know', async () => {
    const { app, world } = await routes({ token: TOKEN });
    expect((await app.request(at('/healthz'))).status).toBe(200);
    world.healthNow = { ok: false, problems: [{ part: 'camera yard', reason: 'no frame for 10 s' }] };
    const outside = await app.request(at('/healthz'));
    expect([outside.status, await outside.json()]).toEqual([503, { ok: false }]);
    const inside = await app.request(at('/healthz'), { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([inside.status, await inside.json()]).toEqual([503, world.healthNow]);
  });

  it('answers a failure inside with 500 and no details', async () => {
    const { app, world } = await routes();
    world.events = () => {
      throw new Error('disk I/O error at /data/secret.db');
    };
    const response = await app.request(at('/api/events'));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});

describe('access', () => {
  it('signs a browser in and out', async () => {
    const { app } = await routes({ token: TOKEN });
    const post = (body: string, headers: Record<string, string> = {}) =>
      app.request(at('/api/session'), { method: 'POST', body, headers: { ...JSON_TYPE, ...headers } });
    expect((await app.request(at('/api/session'))).status).toBe(401);
    expect((await post(JSON.stringify({ token: 'wrong' }))).status).toBe(401);
    expect((await post('{')).status).toBe(400);
    expect((await post('{"token": 1}')).status).toBe(400);
    expect((await post(JSON.stringify({ token: 'x'.repeat(5_000) }))).status).toBe(413);
    expect((await post(JSON.stringify({ token: TOKEN }), { origin: 'http://evil.example' })).status).toBe(
      403,
    );
    const signedIn = await post(JSON.stringify({ token: TOKEN }), { origin: 'http://localhost:8787' });
    expect(signedIn.status).toBe(204);
    const [cookie, ...flags] = signedIn.headers.get('set-cookie')!.split('; ');
    expect(flags).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    expect(flags).not.toContain('Secure');
    const safely = await app.request('https://watch.example/api/session', {
      ...{ method: 'POST', body: JSON.stringify({ token: TOKEN }) },
      headers: { ...JSON_TYPE, origin: 'https://watch.example' },
    });
    expect(safely.headers.get('set-cookie')).toContain('; Secure');
    expect(cookie).not.toContain(TOKEN);
    const session = await app.request(at('/api/session'), { headers: { cookie: cookie! } });
    expect(await session.json()).toEqual({ name: 'main', scope: 'control' });
    const signedOut = await app.request(at('/api/session'), { method: 'DELETE' });
    expect(signedOut.headers.get('set-cookie')).toContain('Max-Age=0');
  });

  it('answers only under this machine’s own names as long as there is no token', async () => {
    const { app } = await routes();
    for (const path of ['/', '/api/cameras', '/healthz']) {
      expect((await app.request(`http://evil.example:8787${path}`)).status).toBe(403);
      expect((await app.request(`http://127.0.0.1:8787${path}`)).status).toBe(200);
    }
    const closed = await routes({ token: TOKEN });
    expect((await closed.app.request('http://watch.example/')).status).toBe(200);
  });
});

describe('page', () => {
  it('is served with headers that keep foreign code out', async () => {
    const { app } = await routes({ token: TOKEN });
    const index = await app.request(at('/'));
    expect(await index.text()).toBe('<!doctype html>');
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const policy = index.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
    expect(index.headers.get('referrer-policy')).toBe('no-referrer');
    const script = await app.request(at('/assets/index-1a2b.js'), { headers: { 'accept-encoding': 'gzip' } });
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect(script.headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/../../secret.html',
    '/assets/..%5c..%5csecret.html',
    '//etc/passwd',
    '/link.html',
    '/index.html%00',
    '/live',
  ])('has nothing at %s', async (path) => {
    const { app } = await routes();
    const response = await app.request(at(path));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  it('says how to build it when it is not built', async () => {
    const { world, scores } = await routes();
    const access = new Access({ host: '127.0.0.1', token: null });
    const page = await readPageFiles(join(folder, 'nowhere'));
    const response = await createRoutes({ data: world, access, scores, page, logger }).request(at('/'));
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build:page');
  });
});
