import { expect, it } from 'vitest';
import { bearer, ORIGIN, serveGoodWorld, VIEW } from '../fixtures/api-requests.js';
import { makeScore } from '../fixtures/happenings.js';

it('history and tiles are answered for the stretch of time and the rule that were asked for', async () => {
  const { app, world, scores } = serveGoodWorld();
  const ask = async (path: string) => {
    const response = await app.request(`${ORIGIN}/api/${path}`, { headers: bearer(VIEW) });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const score = (ruleId: string, score: number) => ({ ruleId, score, threshold: 4, state: 'fixed' as const });
  world.minutes = [12, 13, 14].map((minute) => ({
    minute,
    light: { regime: 'day', brightness: 0.25 },
    scores: [score('fire', minute), score('gone', 9)],
  }));
  for (const atMs of [845_000, 905_000])
    scores.add(makeScore({ atMs, score: 17, threshold: 5, thresholdState: 'certified' }));
  const { body } = await ask('history/scores?camera=yard&from=780000&to=910000&rule=fire&points=100');
  expect(body).toEqual({
    cameraId: 'yard',
    atMs: [780_000, 840_000, 842_810, 844_165, 903_785],
    brightness: [0.25, 0.25, null, null, null],
    light: [{ fromMs: 780_000, regime: 'day' }],
    rules: [
      {
        ruleId: 'fire',
        scores: [13, 14, null, 17, 17],
        thresholds: [4, 4, null, 5, 5],
        thresholdStates: [
          { fromMs: 780_000, state: 'fixed' },
          { fromMs: 844_165, state: 'certified' },
        ],
      },
    ],
  });
  const all = await ask('history/scores?camera=yard&from=0&to=900000');
  expect(all.body).toMatchObject({ rules: [{ ruleId: 'fire' }, { ruleId: 'gone' }] });

  world.changes = [{ atMs: 5, state: 'offline', health: null, reason: 'refused' }];
  expect((await ask('history/health?camera=yard')).body).toEqual({
    cameraId: 'yard',
    changes: world.changes,
  });
  expect((await ask('cameras/yard/tiles?rule=fire')).body).toEqual(world.tilesNow[0]);

  const missing = [
    'history/scores?camera=nowhere',
    'history/health?camera=nowhere',
    'cameras/yard/tiles?rule=x',
  ];
  for (const path of missing) expect(await ask(path)).toMatchObject({ status: 404 });
  const range = 'camera=yard&from=5';
  for (const path of [
    `scores?${range}&to=5`,
    `health?${range}&to=4`,
    `scores?${range}&points=9`,
    'health',
    'scores?camera=A',
  ])
    expect(await ask(`history/${path}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'bad-input' } },
    });
});
