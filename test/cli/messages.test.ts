import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordwatch } from '../fixtures/cli.js';

let folder: string;
const at = (name: string) => join(folder, name);

function write(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-cli-'));
  mkdirSync(at('empty-model'));
  write('good.yaml', 'rules:\n  - {id: fire, when: something is on fire}\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('check', () => {
  it('says everything that is wrong at once, each with its place, and exits with 2', async () => {
    const path = write(
      'bad.yaml',
      [
        'rules:',
        '  - id: fire',
        '    when: something is on fire',
        '    confrm: {k: 2}',
        '  - id: fire',
        '    when: []',
        '    confirm: {k: 5, n: 3}',
        '',
      ].join('\n'),
    );
    const { exitCode, stdout } = await wordwatch('check', path);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/bad\.yaml:4:5 .*unknown key "confrm"; did you mean "confirm"\?/);
    expect(stdout).toMatch(/bad\.yaml:5:9 .*duplicate rule id "fire"/);
    expect(stdout).toMatch(/bad\.yaml:6:11 rules\[1\]\.when.*at least one phrase/);
    expect(stdout).toMatch(/bad\.yaml:7:18 rules\[1\]\.confirm\.k.*≤ n \(3\)/);
  });

  it('notes words that the demonstration model never saw; --strict makes that a failure', async () => {
    const path = write('odd.yaml', 'rules:\n  - {id: odd, when: a zeppelin over the yard}\n');
    const lenient = await wordwatch('check', path);
    expect(lenient).toMatchObject({ exitCode: 0 });
    expect(lenient.stdout).toMatch(/odd\.yaml:2:\d+ rule odd: .*never saw "zeppelin"/);
    expect((await wordwatch('check', path, '--strict')).exitCode).toBe(3);
  });

  it('finds nothing wrong with what is shipped', async () => {
    expect(await wordwatch('check', 'rules', 'samples/wordwatch.yaml')).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
  });
});

describe('errors', () => {
  it.each([
    ['an unknown option', ['scan', 'x.mp4', '--rules', 'rules', '--fsp', '2'], 2, /unknown option '--fsp'/],
    [
      'an impossible number',
      ['scan', 'x.mp4', '--rules', 'rules', '--fps', '900'],
      2,
      /expected a number from 0\.05 to 30/,
    ],
    ['no rules', ['scan', 'x.mp4', '--rules', 'nowhere'], 2, /nowhere.*no such file or folder/],
    ['a missing source', ['scan', 'nowhere.mp4', '--rules', 'rules'], 2, /nowhere\.mp4: no such file/],
    [
      'a missing model',
      ['embed', '--text', 'x', '--model', 'nowhere'],
      2,
      new RegExp(`model ${resolve('nowhere')}: no such directory`),
    ],
    ['nothing to embed', ['embed'], 2, /nothing to embed/],
    ['a picture that is none', ['embed', '--image', 'package.json'], 2, /package\.json: not a picture/],
    ['a missing configuration', ['run', '-c', 'nowhere.yaml'], 2, /nowhere\.yaml.*no such file/],
  ])('%s', async (_, args, code, message) => {
    const { exitCode, stderr, stdout } = await wordwatch(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ {4}at /); // no stack trace for a user's mistake
    expect(stdout).toBe('');
    expect(exitCode).toBe(code);
  });

  it('a model directory without its files: what was looked for and what was found', async () => {
    const { exitCode, stderr } = await wordwatch('embed', '--text', 'x', '--model', at('empty-model'));
    expect(stderr).toMatch(/empty-model: looked for config\.json, found nothing/);
    expect(exitCode).toBe(2);
  });

  it('a port that is taken is named', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const config = write(
      'port.yaml',
      `cameras: [{id: a, source: nowhere.mp4}]\nrules: [good.yaml]\nmqtt: {embedded: false}\nserver: {port: ${port}}\n`,
    );
    const { exitCode, stderr } = await wordwatch('run', '-c', config);
    taken.close();
    expect(stderr).toMatch(new RegExp(`${port}.*(in use|taken)`));
    expect(exitCode).not.toBe(0);
  });

  it('a data folder that cannot be written is named', async () => {
    write('a-file', '');
    const config = write(
      'store.yaml',
      'cameras: [{id: a, source: nowhere.mp4}]\nrules: [good.yaml]\nmqtt: {embedded: false}\nserver: {port: 0}\nstore: {path: a-file/data}\n',
    );
    const { exitCode, stderr } = await wordwatch('run', '-c', config);
    expect(stderr).toMatch(/a-file\/data.*cannot open the database/);
    expect(exitCode).toBe(1);
  });
});

describe('embed', () => {
  it('writes one vector a line, of length one, in the order asked', async () => {
    const { stdout, exitCode } = await wordwatch('embed', '--text', 'a fire', '--text', 'a dog', '--json');
    expect(exitCode).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind, input, model }) => [kind, input, model])).toEqual([
      ['text', 'a fire', 'starter'],
      ['text', 'a dog', 'starter'],
    ]);
    for (const { vector, dim } of lines) {
      expect(vector).toHaveLength(dim);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    }
  });
});

describe('doctor', () => {
  it('says what is installed', async () => {
    const { stdout, exitCode } = await wordwatch('doctor');
    expect(stdout).toMatch(/ok +ffmpeg/);
    expect(exitCode).toBe(0);
  });

  it('names the command that mends what is missing', async () => {
    const { Cli } = await import('../fixtures/cli.js');
    const { stdout, stderr, exitCode } = await new Cli(['doctor'], { env: { PATH: '/nowhere' } }).ended;
    expect(stdout).toMatch(/MISSING +ffmpeg/);
    expect(stderr).toMatch(/ffmpeg/);
    expect(exitCode).toBe(1);
  });
});
