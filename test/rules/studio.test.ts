import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { BudgetsResult, PreviewResult } from '../../src/server/api/preview-routes.js';
import { RuleSourceInfo, SaveResult } from '../../src/server/api/rule-file-routes.js';
import { AdviceResult, NowResult } from '../../src/server/api/studio-routes.js';
import { Cli } from '../fixtures/cli.js';

const VIDEO = fileURLToPath(new URL('../../samples/fire-yard.mp4', import.meta.url));
const RULES = `# What burns.
rules:
  - id: fire # always
    when: something is on fire
    not: [a sunset]
    threshold: 4
`;
let folder: string;
let cli: Cli;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'studio-'));
  mkdirSync(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules/yard.yaml'), RULES);
  const camera = `{id: yard, source: '${VIDEO}', loop: true, start_offset: 20s, fps: 2}`;
  const rest = 'rules: [./rules]\nserver: {port: 0}\nmqtt: {port: 0}\nstore: {path: ./data}\n';
  writeFileSync(
    join(folder, 'wordwatch.yaml'),
    `cameras: [${camera}, {id: shed, source: shed.mp4, enabled: false}]\n${rest}`,
  );
  const run = () => new Cli(['run', '-c', join(folder, 'wordwatch.yaml'), '--json']);
  // What the first start saw is on the disk for the second.
  await using first = run();
  await raised(first, 2);
  first.process.kill('SIGINT');
  await first.ended;
  cli = run();
  await raised(cli, 1);
}, 300_000);
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Waits until so much was said of events. */
function raised(of: Cli, count: number): Promise<void> {
  return vi.waitFor(() => expect(of.lines().length).toBeGreaterThanOrEqual(count), { timeout: 120_000 });
}

async function ask<T extends z.ZodType>(
  path: string,
  schema: T | null,
  body?: unknown,
): Promise<z.output<T>> {
  const url = new URL(path, /page +(http\S+)/.exec(cli.stderr)![1]!);
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await (await fetch(url, init)).json();
  return schema ? schema.parse(answer) : (answer as z.output<T>);
}
interface Told {
  rules: { id: string; switches: { cameraId: string; enabled: boolean; snoozedUntilMs: number | null }[] }[];
}
const rules = async () => ((await ask('/api/rules', null)) as Told).rules;

it('a draft is tried, helped and held against the rule in force', { timeout: 240_000 }, async () => {
  const { draft } = await ask('/api/rules/fire/source', RuleSourceInfo);
  expect(draft).toEqual({ id: 'fire', when: 'something is on fire', not: ['a sunset'], threshold: 4 });
  const eventId: string = cli.lines()[0]!.id;
  await ask(`/api/events/${eventId}/review`, null, { verdict: 'true' });
  const deaf = { ...draft, threshold: 900 };
  // Of what was seen just now, the newest minute is on the disk when it is over.
  const lost = await vi.waitFor(
    async () => {
      const asked = { draft: deaf, against: 'fire', client: 'me' };
      const found = await ask('/api/rules/preview', PreviewResult, asked);
      expect(found.rows[0]!.old!.lost).toBeGreaterThan(0);
      return found;
    },
    { timeout: 110_000, interval: 1_000 },
  );
  expect(lost.rows).toMatchObject([{ events: [], threshold: 900, old: { source: 'rules', gained: 0 } }]);
  const pictures = lost.rows[0]!.old!.events.map(({ pictureId }) => pictureId);
  expect(pictures).toContainEqual(expect.any(String));
  const same = await ask('/api/rules/preview', PreviewResult, { draft, against: 'fire' });
  expect(same.rows[0]).toMatchObject({ old: { gained: 0, lost: 0 } });
  expect(same.tookMs).toBeGreaterThan(0);
  const [yard] = (await ask('/api/rules/budgets', BudgetsResult, { draft })).cameras;
  expect(yard!.budgets.map(({ budgetPerDay }) => budgetPerDay)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20]);

  const [now] = (await ask('/api/rules/now', NowResult, { draft })).cameras;
  expect(now).toMatchObject({
    cameraId: 'yard',
    threshold: 4,
    reason: null,
    best: { margin: expect.any(Number) },
  });
  expect(now!.tiles.length).toBeGreaterThan(5);
  const corner = {
    ...draft,
    tiles: {
      region: [
        [0, 0],
        [0.1, 0],
        [0, 0.1],
      ],
    },
  };
  const [part] = (await ask('/api/rules/now', NowResult, { draft: corner })).cameras;
  expect(part!.tiles.length).toBeLessThan(now!.tiles.length);
  const grid = { ...draft, tiles: { layout: { grid: '3x2' } } };
  const [elsewhere] = (await ask('/api/rules/now', NowResult, { draft: grid })).cameras;
  expect(elsewhere).toMatchObject({ tiles: [], best: null, reason: expect.stringMatching(/save it first/) });

  const odd = {
    id: 'odd',
    when: ['three zyzzyvas left of the door'],
    budget: { false_alarms_per_day: 1 },
    threshold: 3,
  };
  const advice = await ask('/api/rules/advice', AdviceResult, { draft: odd, camera: 'yard' });
  expect(advice.unknownWords).toContain('zyzzyvas');
  expect(advice.limits.map(({ kind }) => kind)).toEqual(['counting', 'space']);
  expect(advice.notes).toEqual([expect.stringMatching(/no effect/)]);
  expect(advice.cameras).toMatchObject([{ cameraId: 'yard', ruleId: 'odd' }]);
  for (const path of ['preview', 'budgets', 'now', 'advice']) {
    const refused = await ask(`/api/rules/${path}`, null, { draft: { ...draft, for: 'long' } });
    expect(refused).toMatchObject({ error: { code: 'invalid-rule' }, problems: [{ path: 'for' }] });
  }
});

it('a rule that is saved fires, is switched off, and goes again', async () => {
  const { revision, file } = await ask('/api/rules/fire/source', RuleSourceInfo);
  const draft = {
    id: 'blaze',
    when: ['flames and smoke', 'a fire'],
    threshold: 3,
    cameras: ['yard', 'shed'],
  };
  const saved = await ask('/api/rules/save', SaveResult, { draft, file, revision, replaces: null });
  expect(saved.diff.every(({ kind }) => kind !== 'removed')).toBe(true);
  const path = join(folder, file);
  expect(readFileSync(path, 'utf8').startsWith(RULES)).toBe(true);
  await expect
    .poll(() => cli.lines().find(({ ruleId }) => ruleId === 'blaze')?.phase, { timeout: 120_000 })
    .toBe('start');
  const off = await ask('/api/rules/blaze/switch', null, { enabled: false });
  expect(off).toMatchObject({ switches: [{ cameraId: 'yard', enabled: false }] });
  expect((await rules()).find(({ id }) => id === 'blaze')).toMatchObject({ switches: [{ enabled: false }] });
  const budget = await ask('/api/rules/blaze/switch', null, { budgetPerDay: 2 });
  expect(budget).toMatchObject({ error: { code: 'no-budget' } });
  for (const [rule, body] of [
    ['gone', { enabled: true }],
    ['blaze', { enabled: true, camera: 'door' }],
  ] as const)
    expect(await ask(`/api/rules/${rule}/switch`, null, body)).toMatchObject({
      error: { code: 'not-found' },
    });
  const gone = { draft: null, file, revision: saved.revision, replaces: 'blaze' };
  await ask('/api/rules/save', SaveResult, gone);
  expect(readFileSync(path, 'utf8')).toBe(RULES);
  await expect.poll(async () => (await rules()).map(({ id }) => id), { timeout: 30_000 }).toEqual(['fire']);
});
