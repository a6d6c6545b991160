import { describe, expect, it } from 'vitest';
import { Access } from '../../src/server/access.js';
import { createRoutes } from '../../src/server/routes.js';
import { ScoreHistory } from '../../src/server/score-history.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const TOKEN = 'a-token-of-some-length';
const logger = createLogger({ level: 'silent' });

function server(token: string | null) {
  const world = new WatchedWorld();
  const access = new Access({ host: '127.0.0.1', token });
  const app = createRoutes({ data: world, access, scores: new ScoreHistory(), page: new Map(), logger });
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(`http://localhost:8787${path}`, { headers });
  return { world, get };
}

describe('operations', () => {
  it('say whether the service is ready, to anybody and nothing else', async () => {
    const { world, get } = server(TOKEN);
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true }]);
    world.isReady = false;
    const waiting = await get('/readyz');
    expect([waiting.status, await waiting.json()]).toEqual([503, { ready: false }]);
  });

  it('give numbers only to those who have the token, where there is one', async () => {
    const { get } = server(TOKEN);
    for (const headers of [{}, { authorization: 'Bearer not-the-token-at-all' }]) {
      const refused = await get('/metrics', headers);
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toContain('yard');
    }
    const told = await get('/metrics', { authorization: `Bearer ${TOKEN}` });
    expect([told.status, told.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4']);
    expect(await told.text()).toBe('wordwatch_frames_total{camera="yard"} 7\n');
    expect((await server(null).get('/metrics')).status).toBe(200);
  });
});
