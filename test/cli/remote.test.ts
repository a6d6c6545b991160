import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { STARTER } from '../../src/model/index.js';
import { Cli } from '../fixtures/cli.js';
import { KserveServer } from '../fixtures/kserve.js';
import { PICTURES } from '../fixtures/tiny-models.js';

// The whole program with its pictures embedded elsewhere, by the shipped model's own vision network.

const fire = fileURLToPath(new URL('../../samples/fire-yard.mp4', import.meta.url));
const WAIT = { timeout: 90_000, interval: 200 };
/** Must never be seen again. */
const TOKEN = 'hunter2-hunter2';
const env = { WORDWATCH_REMOTE_TOKEN: TOKEN };

let folder: string;
let server: KserveServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-remote-cli-'));
  server = await KserveServer.start({
    path: join(STARTER, 'onnx/vision_model_int8.onnx'),
    sidePx: 128,
    extensions: ['binary_tensor_data'],
    token: TOKEN,
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe('--remote', () => {
  it('gives the vectors that the model itself gives', async () => {
    const args = [
      'embed',
      '--image',
      join(PICTURES, 'portrait.png'),
      '--text',
      'a fire',
      '--json',
      '--model',
    ];
    const vectors = async (...more: string[]) => {
      await using cli = new Cli([...args, STARTER, ...more], { env });
      expect(await cli.ended).toMatchObject({ exitCode: 0 });
      return cli.lines().map(({ vector }) => vector as number[]);
    };
    const here = await vectors();
    const there = await vectors('--remote', server.url);
    expect(server.inferences.length).toBeGreaterThan(0);
    for (const [i, vector] of there.entries()) {
      const cosine = vector.reduce((sum, value, at) => sum + value * here[i]![at]!, 0);
      expect(cosine).toBeGreaterThan(0.9999);
    }
  });

  it('finds in a scan what is to be found', async () => {
    const before = server.inferences.length;
    const args = ['scan', fire, '--rules', 'rules', '--model', STARTER, '--remote', server.url, '--json'];
    await using cli = new Cli(args, { env });
    expect(await cli.ended).toMatchObject({ exitCode: 0 });
    const starts = cli.lines().filter(({ phase }) => phase === 'start');
    expect(starts.map(({ ruleId }) => ruleId)).toEqual(['fire']);
    expect(server.inferences.length - before).toBeGreaterThan(10);
  });

  it('says so when the server is not there, or not for everyone', async () => {
    const outcome = async (env: NodeJS.ProcessEnv) => {
      await using cli = new Cli(['embed', '--text', 'x', '--model', STARTER, '--remote', server.url], {
        env,
      });
      return await cli.ended;
    };
    const refused = await outcome({ WORDWATCH_REMOTE_TOKEN: '' });
    expect(refused.stderr).toMatch(/^wordwatch: http\S* answers 401.*\nIt wants a token/);
    expect(refused.exitCode).toBe(2);
    await server.stop();
    const { stderr, exitCode } = await outcome(env);
    await server.restart();
    expect(stderr).toMatch(/^wordwatch: cannot reach .*ECONNREFUSED.*\nIs the server running.*\n$/);
    expect(exitCode).toBe(1);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a password in the URL',
      'http://u:hunter2@h/v2/models/x',
      TOKEN,
      /^wordwatch: --remote: expected a URL without a name or password/,
    ],
    ['another page of the server', 'http://h/v2', TOKEN, /--remote: expected a model's URL such as/],
    [
      'a token that is none',
      'http://h/v2/models/x',
      'hunter2 hunter2',
      /WORDWATCH_REMOTE_TOKEN: expected printable/,
    ],
  ])('says what is wrong with %s', async (_, url, token, message) => {
    const args = ['embed', '--text', 'x', '--model', STARTER, '--remote', url];
    await using cli = new Cli(args, { env: { WORDWATCH_REMOTE_TOKEN: token } });
    const { exitCode, stderr } = await cli.ended;
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/hunter2|\n {4}at /);
    expect(exitCode).toBe(2);
  });
});

describe('run', () => {
  it('starts without the server, watches when it is there, and says that it is blind when it is gone', async () => {
    await server.stop();
    const config = join(folder, 'wordwatch.yaml');
    const lines = [
      `cameras: [{id: yard, source: '${fire}', loop: true, start_offset: 14s}]`,
      `model: {name: '${STARTER}', remote: {url: '${server.url}', token: '\${WORDWATCH_REMOTE_TOKEN}'}}`,
      'rules: [rules.yaml]',
      'mqtt: {embedded: false}',
      'server: {port: 0}',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    writeFileSync(
      join(folder, 'rules.yaml'),
      'rules:\n  - {id: fire, when: [something is on fire, flames and smoke], not: [a sunset]}\n',
    );
    await using cli = new Cli(['run', '-c', config, '--json'], { env });
    await vi.waitFor(() => expect(cli.stderr).toMatch(/page +http/), WAIT);
    const page = /page +(http\S+)/.exec(cli.stderr)![1]!;
    const health = async () => {
      const answer = await fetch(new URL('/healthz', page));
      return `${answer.status} ${await answer.text()}`;
    };
    const blind = /^503 .*nothing is detected: cannot reach .*clip-image: .*/;
    expect(await health()).toMatch(blind);
    expect(cli.lines()).toEqual([]);

    await server.restart();
    await vi.waitFor(async () => expect(await health()).toMatch(/^200/), WAIT);
    await vi.waitFor(() => expect(cli.lines().map(({ ruleId }) => ruleId)).toContain('fire'), WAIT);
    const { modelHash } = cli.lines()[0];

    await server.stop();
    await vi.waitFor(async () => expect(await health()).toMatch(blind), WAIT);
    await server.restart();
    await vi.waitFor(async () => expect(await health()).toMatch(/^200/), WAIT);
    expect(cli.stderr).toContain('the model server works again');
    expect(new Set(cli.lines().map((event) => event.modelHash))).toEqual(new Set([modelHash]));

    cli.process.kill('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
    expect(cli.stderr + cli.stdout).not.toContain(TOKEN);
  });

  it('ends when it is told to while the server lets it wait', async () => {
    server.readyStatus = 503;
    await using cli = new Cli(['run', '-c', join(folder, 'wordwatch.yaml')], { env });
    const before = server.requests.length;
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(before), WAIT);
    cli.process.kill('SIGTERM');
    expect(await cli.ended).toMatchObject({ exitCode: 0, stderr: '' });
    server.readyStatus = 200;
  });
});
