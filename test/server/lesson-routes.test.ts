import { describe, expect, it } from 'vitest';
import { Access } from '../../src/server/access.js';
import { LessonInfo, LessonResult } from '../../src/server/messages.js';
import { createRoutes } from '../../src/server/routes.js';
import { ScoreHistory } from '../../src/server/score-history.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const PATH = '/api/rules/fire/lesson';
const PROPOSAL: LessonInfo = {
  ruleId: 'fire',
  modelHash: 'abc',
  labels: { confirmed: 3, wrong: 1, unsure: 0, quiet: 0 },
  probe: {
    state: 'none',
    version: null,
    reason: 'x',
    missing: { confirmed: 5, others: 19 },
    comparison: null,
  },
  probability: {
    ...{ state: 'none', version: null, reason: 'x', labels: { confirmed: 3, wrong: 1 } },
    missing: { confirmed: 2, wrong: 19 },
  },
  whatIf: null,
};

function open({ offers = true } = {}) {
  const world = new WatchedWorld();
  if (offers) world.lessons.set('fire', PROPOSAL);
  const access = new Access({ host: '127.0.0.1', token: null });
  const logger = createLogger({ level: 'silent' });
  const app = createRoutes({ data: world, access, scores: new ScoreHistory(), page: new Map(), logger });
  const ask = (path: string, body?: string) =>
    app.request(
      `http://localhost:8787${path}`,
      body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } },
    );
  return { world, ask };
}

describe('lessons of a rule', () => {
  it('are shown, applied and taken back', async () => {
    const { world, ask } = open();
    expect(LessonInfo.parse(await (await ask(PATH)).json())).toEqual(PROPOSAL);
    const applied = await ask(PATH, '{"action": "apply"}');
    expect(LessonResult.parse(await applied.json())).toEqual({ version: 1, kind: 'probe', active: 1 });
    await ask(PATH, '{"action": "apply", "kind": "probability"}');
    await ask(PATH, '{"action": "undo"}');
    expect(world.asked.map(({ input }) => input)).toEqual([
      { action: 'apply' },
      { action: 'apply', kind: 'probability' },
      { action: 'undo' },
    ]);
  });

  it.each([
    [PATH, '{"action": "forget"}', 400],
    [PATH, '{"action": "undo", "kind": "probe"}', 400],
    [PATH, '{', 400],
    [PATH, '[]', 400],
    ['/api/rules/..%2f/lesson', '{"action": "apply"}', 400],
    ['/api/rules/Fire/lesson', undefined, 400],
    ['/api/rules/unknown/lesson', undefined, 404],
    ['/api/rules/unknown/lesson', '{"action": "apply"}', 404],
    [PATH, `{"action": "${'x'.repeat(5_000)}"}`, 413],
  ])('%s with %s is %i', async (path, body, status) => {
    const { world, ask } = open();
    const response = await ask(path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: { code: expect.any(String), message: expect.any(String) },
    });
    expect(world.asked).toEqual([]);
  });

  it('say with 409 that there is nothing to do', async () => {
    const { ask } = open({ offers: false });
    for (const action of ['apply', 'undo'])
      expect((await ask(PATH, JSON.stringify({ action }))).status).toBe(409);
  });
});
