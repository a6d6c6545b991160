// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language of the files that are tested here
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem, loadConfig, loadRules, type Problem } from './index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wordwatch-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function load(files: Record<string, string | Uint8Array>, env: Record<string, string> = {}) {
  await write(files);
  return loadConfig(join(folder, 'wordwatch.yaml'), { env });
}

/** Problems as printed, the test's own folder left out. */
function said(problems: readonly Problem[]): string[] {
  return problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ''));
}

const CONFIG = 'cameras: [{id: yard, source: yard.mp4}]\n';
const RULE = 'rules: [{id: fire, when: flames}]\n';

describe('loadConfig', () => {
  it('reads the config and the rules of a folder, in alphabetical order', async () => {
    const loaded = await load({
      'wordwatch.yaml': CONFIG,
      'rules/b.yaml': RULE,
      'rules/a.yml':
        'rules: [{id: smoke, when: smoke, cameras: [yard]}, {id: dog, when: a dog, enabled: false}]',
      'rules/.#a.yaml': 'rules: [',
      'rules/rules.schema.json': '{}',
      'rules/older/c.yaml': 'rules: [',
    });
    expect(loaded.problems).toEqual([]);
    expect(loaded.rules!.map(({ id }) => id)).toEqual(['smoke', 'dog', 'fire']);
    expect(loaded.config!.cameras[0]!.source).toBe(join(folder, 'yard.mp4'));
    expect(loaded.files).toEqual(
      ['wordwatch.yaml', 'rules/a.yml', 'rules/b.yaml'].map((name) => join(folder, name)),
    );
    expect(loaded.rulePlaces.get('dog')).toEqual({ file: join(folder, 'rules/a.yml'), line: 1, column: 57 });
    expect(loaded.cameraPlaces.get('yard')).toMatchObject({ line: 1, column: 16 });
  });

  it('shows files below the working directory by their relative path', async () => {
    const { problems } = await loadConfig('none-here.yaml', { env: {} });
    expect(problems.map(formatProblem)).toEqual([
      'none-here.yaml: no such file. Make one, or name yours with -c.',
    ]);
  });

  it('tells all problems of all files at once, file by file from top to bottom', async () => {
    const loaded = await load({
      'wordwatch.yaml': `server: {host: 0.0.0.0}
cameras:
  - {id: yard, source: yard.mp4, fps: 100}
  - {id: door, source: "\${NOPE}"}
rules: [./rules, nowhere.yaml, ./empty]
`,
      'empty/readme.txt': 'nothing',
      'rules/a.yaml': 'rules: [{id: fire, when: flames, cameras: [yrad, cellar, door]}]',
      'rules/b.yaml': 'rules: [{id: fire, when: []}, {id: fire, when: x}]',
      'rules/c.yaml': 'rules: [',
    });
    expect(loaded.config).toBeNull();
    expect(loaded.rules).toBeNull();
    expect(said(loaded.problems)).toEqual([
      'wordwatch.yaml:1:16 server.host: expected a loopback address such as 127.0.0.1 as long as there is no token, got "0.0.0.0". Set server.token, or everyone on the network can watch the cameras.',
      'wordwatch.yaml:3:39 cameras[0].fps: expected ≤ 30, got 100',
      'wordwatch.yaml:4:24 cameras[1].source: the environment variable NOPE is not set. Set it, or write $${NOPE} for that text itself.',
      'wordwatch.yaml:5:18 rules[1]: "nowhere.yaml": no such file or folder. Make it, or name the one that holds the rules.',
      'wordwatch.yaml:5:32 rules[2]: "./empty": no rule files in this folder. Put a file there whose name ends in .yaml.',
      'rules/a.yaml:1:44 rules[0].cameras[0]: unknown camera "yrad"; did you mean "yard"?',
      'rules/a.yaml:1:50 rules[0].cameras[1]: unknown camera "cellar"',
      'rules/b.yaml:1:14 rules[0].id: duplicate rule id "fire", first used at rules/a.yaml:1:14',
      'rules/b.yaml:1:26 rules[0].when: expected at least one phrase, got none',
      'rules/b.yaml:1:36 rules[1].id: duplicate rule id "fire", first used at rules/a.yaml:1:14',
      'rules/c.yaml:1:9: not valid YAML: the indentation does not fit, or a bracket is not closed',
    ]);
  });

  it('keeps a good config apart from broken rules', async () => {
    const loaded = await load({ 'wordwatch.yaml': CONFIG, 'rules/a.yaml': 'rules: [{id: fire}]' });
    expect(loaded.config).not.toBeNull();
    expect(loaded.rules).toBeNull();
  });

  it('says where the default rules folder should be', async () => {
    const { problems } = await load({ 'wordwatch.yaml': CONFIG });
    expect(said(problems)).toEqual([
      'wordwatch.yaml:1:1 rules: "./rules": no such file or folder. Make it, or name the one that holds the rules.',
    ]);
  });

  it('notes what is accepted but has no effect', async () => {
    const { problems, notes } = await load({
      'wordwatch.yaml': CONFIG,
      'rules/a.yaml': 'rules: [{id: fire, when: flames, budget: {false_alarms_per_day: 1}, threshold: 3}]',
    });
    expect(problems).toEqual([]);
    expect(said(notes)).toEqual([
      'rules/a.yaml:1:14 rule fire: budget has no effect beside a fixed threshold: remove one of them',
    ]);
  });

  it.each<[string, string | Uint8Array, string]>([
    [
      'more than 1 MiB',
      `#${'x'.repeat(1024 * 1024)}`,
      'wordwatch.yaml: expected at most 1 MiB, got 1048577 bytes',
    ],
    [
      'something else than text',
      new Uint8Array([0xff, 0xfe, 0x00]),
      'wordwatch.yaml: not a text file in UTF-8',
    ],
    ['nothing', '', 'wordwatch.yaml:1:1: expected a mapping (key: value), got nothing'],
  ])('refuses a file of %s', async (_, content, message) => {
    expect(said((await load({ 'wordwatch.yaml': content })).problems)).toEqual([message]);
  });

  it('refuses a folder and a pipe without hanging', async () => {
    const env = {};
    expect(said((await loadConfig(folder, { env })).problems)).toEqual([
      `${folder}: expected a file, got a folder`,
    ]);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(said((await loadConfig(join(folder, 'pipe'), { env })).problems)).toEqual([
      'pipe: expected a file, got a device',
    ]);
  });

  it('reads a file with a byte order mark and Windows line ends', async () => {
    const { problems } = await load({ 'wordwatch.yaml': `\ufeff${CONFIG}fps: 1\r\n`, 'rules/a.yaml': RULE });
    expect(said(problems)).toEqual([expect.stringMatching(/^wordwatch\.yaml:2:1 fps: unknown key "fps"/)]);
  });
});

describe('loadRules', () => {
  const env = {};

  it('reads files and folders, each file once', async () => {
    await write({ 'rules/a.yaml': RULE });
    const paths = ['rules', 'rules/a.yaml'].map((name) => join(folder, name));
    const { rules, problems } = await loadRules(paths, { env });
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(1);
  });

  it('lets rules name any camera unless it is told which there are', async () => {
    await write({ 'a.yaml': 'rules: [{id: fire, when: flames, cameras: [yard]}]' });
    const paths = [join(folder, 'a.yaml')];
    expect((await loadRules(paths, { env })).problems).toEqual([]);
    expect(said((await loadRules(paths, { env, cameraIds: ['door'] })).problems)).toEqual([
      'a.yaml:1:44 rules[0].cameras[0]: unknown camera "yard"',
    ]);
  });

  it('does not stumble over tens of thousands of problems', async () => {
    await write({ 'a.yaml': `rules: [${'{id: a, cameras: [b]},'.repeat(10_000)}]` });
    const { problems } = await loadRules([join(folder, 'a.yaml')], { env, cameraIds: [] });
    expect(problems).toHaveLength(101);
  });

  it('says what is missing', async () => {
    expect(said((await loadRules([join(folder, 'none')], { env })).problems)).toEqual([
      'none: no such file or folder. Make it, or name the one that holds the rules.',
    ]);
  });
});
