import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RuleFiles } from '../../src/config/index.js';
import {
  RuleFileList,
  RuleSourceInfo,
  type SaveInput,
  SaveResult,
} from '../../src/server/api/rule-file-routes.js';
import { bearer, CONTROL, JSON_TYPE, ORIGIN, serveGoodWorld, VIEW } from '../fixtures/api-requests.js';
import { QuietStudio } from '../fixtures/quiet-studio.js';

const YARD = `# yard
rules:
  - id: fire # c
    when: ["something is on fire"]
    threshold: 4

  - {id: parcel, when: a parcel, enabled: false}
`;
let folder: string;
let app: ReturnType<typeof serveGoodWorld>['app'];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rule-files-'));
  mkdirSync(join(folder, 'rules'));
  mkdirSync(join(folder, 'elsewhere'));
  write('rules/yard.yaml', YARD);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the language of the files
  write('rules/door.yml', 'rules:\n  - {id: door, name: "${DOOR}", when: [an open door]}\n');
  const paths = [join(folder, 'rules'), join(folder, 'more.yaml')];
  write('more.yaml', 'rules: []\n');
  const env = { DOOR: 'Front', SECRET: 'hidden' };
  const served = serveGoodWorld();
  const files = new RuleFiles({ folder, paths, env, cameraIds: ['yard', 'shed'] });
  served.world.studio = Object.assign(new QuietStudio(), {
    files: () => files.list(),
    source: (id: string) => files.source(id),
    save: (input: SaveInput) => files.save(input),
  });
  app = served.app;
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}
const text = (name: string) => readFileSync(join(folder, name), 'utf8');
async function get(path: string) {
  return (await app.request(`${ORIGIN}${path}`, { headers: bearer(VIEW) })).json();
}
const source = async (id: string) => RuleSourceInfo.parse(await get(`/api/rules/${id}/source`));
/** Of a save, or why there was none. */
interface Answer {
  error?: { code: string };
  problems: { path: string; message: string; hint?: string }[];
  current: { revision: string; rule: RuleSourceInfo };
}
async function save(body: object | string, token = CONTROL) {
  const init = {
    method: 'POST',
    headers: { ...JSON_TYPE, ...bearer(token) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
  const response = await app.request(`${ORIGIN}/api/rules/save`, init);
  const answer = (await response.json()) as Answer;
  return { status: response.status, answer, code: answer.error?.code };
}

it('files and rules are told as they are typed, with why they cannot be written', async () => {
  const { files, defaultFile } = RuleFileList.parse(await get('/api/rule-files'));
  expect(files.map(({ file, writable, rules }) => [file, writable, rules])).toEqual([
    ['rules/door.yml', true, ['door']],
    ['rules/yard.yaml', true, ['fire', 'parcel']],
    ['more.yaml', true, []],
  ]);
  expect(defaultFile).toBe('rules/door.yml');
  expect(await source('fire')).toMatchObject({
    ...{ file: 'rules/yard.yaml', line: 3, writable: true, reason: null },
    draft: { id: 'fire', when: ['something is on fire'], threshold: 4 },
    text: 'id: fire # c\n    when: ["something is on fire"]\n    threshold: 4',
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as typed
  expect((await source('door')).draft.name).toBe('${DOOR}');
  expect(await source('parcel')).toMatchObject({ line: 7, draft: { enabled: false } });
  expect(await get('/api/rules/gone/source')).toMatchObject({ error: { code: 'not-found' } });
  write('rules/door.yml', 'rules: [');
  chmodSync(join(folder, 'rules/yard.yaml'), 0o444);
  const wrong = RuleFileList.parse(await get('/api/rule-files')).files;
  expect(wrong.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/not valid YAML/),
    'the file is write-protected',
    null,
  ]);
});

it('a rule is saved as the diff said, with the rest of its file as it was', async () => {
  const { draft, file, revision } = await source('fire');
  const input = { file, revision, replaces: 'fire', draft: { ...draft, threshold: 3.5, cameras: ['shed'] } };
  expect(await save(input, VIEW)).toMatchObject({ status: 403 });
  const dry = SaveResult.parse((await save({ ...input, dryRun: true })).answer);
  expect(dry.diff.filter(({ kind }) => kind !== 'same')).toEqual([
    { kind: 'removed', text: '    threshold: 4', line: 5 },
    { kind: 'added', text: '    cameras: [shed]', line: 5 },
    { kind: 'added', text: '    threshold: 3.5', line: 6 },
  ]);
  expect(text(file)).toBe(YARD);
  expect(dry.revision).toBe(revision);
  const saved = SaveResult.parse((await save(input)).answer);
  expect(saved.diff).toEqual(dry.diff);
  expect(text(file)).toBe(YARD.replace('    threshold: 4', '    cameras: [shed]\n    threshold: 3.5'));
  expect(await source('fire')).toMatchObject({
    revision: saved.revision,
    text: saved.text,
    draft: input.draft,
  });
});

it('rules are added, to a file that is not there yet, too, and taken out', async () => {
  const dog = { id: 'dog', when: ['a dog'], confirm: { k: 1, n: 2 }, active: { hours: '20:00-06:00' } };
  const made = await save({ draft: dog, file: 'rules/dogs.yaml', revision: null, replaces: null });
  expect(made).toMatchObject({ status: 200 });
  expect(text('rules/dogs.yaml')).toBe(
    'rules:\n  - id: dog\n    when: ["a dog"]\n    confirm: {k: 1, n: 2}\n    active: {hours: "20:00-06:00"}\n',
  );
  const first = await source('fire');
  const gone = await save({ draft: null, file: first.file, revision: first.revision, replaces: 'fire' });
  expect(gone).toMatchObject({ status: 200, answer: { text: '' } });
  expect(text(first.file)).toBe('# yard\nrules:\n  - {id: parcel, when: a parcel, enabled: false}\n');
  const { draft, ...own } = await source('dog');
  const off = { ...own, replaces: 'dog', draft: { ...draft, enabled: false } };
  const { file, revision, replaces } = off;
  expect(await save({ file, revision, replaces, draft: off.draft })).toMatchObject({ status: 200 });
  const door = await source('door');
  const last = await save({ draft: null, file: door.file, revision: door.revision, replaces: 'door' });
  expect(last).toMatchObject({
    status: 400,
    answer: { problems: [{ message: expect.stringMatching(/no rule would be left/) }] },
  });
});

it('everything that is wrong with a rule is said, with its place', async () => {
  const { file, revision } = await source('fire');
  const wrong = async (draft: object) => {
    const { status, answer, code } = await save({ draft, file, revision, replaces: 'fire' });
    expect([status, code]).toEqual([400, 'invalid-rule']);
    return answer.problems;
  };
  expect(await wrong({ id: 'fire', when: [], confirm: { k: 3, n: 2 }, for: '5 s', colour: 1 })).toEqual([
    { path: 'when', message: 'expected at least one phrase, got none' },
    { path: 'confirm.k', message: 'expected ≤ n (2), got 3', hint: expect.any(String) },
    { path: 'for', message: expect.stringMatching(/a duration such as/) },
    { path: 'colour', message: expect.stringMatching(/unknown key "colour"/) },
  ]);
  expect(await wrong({ id: 'fire', when: 'x', cameras: ['yrd'] })).toEqual([
    { path: 'cameras[0]', message: 'unknown camera "yrd"; did you mean "yard"?' },
  ]);
  expect(await wrong({ id: 'door', when: 'x' })).toMatchObject([
    { message: expect.stringMatching(/duplicate rule id "door"/) },
  ]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what is sent
  expect(await wrong({ id: 'fire', when: 'x', name: '${SECRET}' })).toMatchObject([
    { message: expect.stringMatching(/no rules file has/) },
  ]);
  write('rules/door.yml', 'rules: [{id: door}]\n');
  expect(await wrong({ id: 'fire', when: 'x' })).toMatchObject([
    { path: expect.stringMatching(/door\.yml:1:9 rules\[0\]\.when$/) },
  ]);
  const deep = `{"draft":{"id":"fire","when":${'['.repeat(20_000)}${']'.repeat(20_000)}},"file":"${file}","revision":"${revision}","replaces":"fire"}`;
  expect(await save(deep)).toMatchObject({ status: 400, code: 'invalid-rule' });
  expect(text(file)).toBe(YARD);
});

it('what was changed on the disk meanwhile is not lost, and what may not be written stays', async () => {
  const { draft, file, revision } = await source('fire');
  const input = { file, revision, replaces: 'fire', draft: { ...draft, threshold: 1 } };
  const meanwhile = YARD.replace('threshold: 4', 'threshold: 7');
  write(file, meanwhile);
  const { status, code, answer } = await save(input);
  expect([status, code]).toEqual([409, 'conflict']);
  expect(answer.current.rule.draft.threshold).toBe(7);
  expect(text(file)).toBe(meanwhile);
  const again = { ...input, revision: answer.current.revision };
  chmodSync(join(folder, file), 0o444);
  expect(await save(again)).toMatchObject({ status: 403, code: 'read-only' });
  chmodSync(join(folder, file), 0o640);
  const [one, two] = await Promise.all([save(again), save(again)]);
  expect([one.status, two.status]).toEqual([200, 409]);
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o640);
  for (const name of [
    '../rules/yard.yaml',
    'rules/../secret.yaml',
    '/etc/passwd',
    'wordwatch.yaml',
    'rules/.x.yaml',
    'rules/a/b.yaml',
  ])
    expect(await save({ ...input, file: name, revision: null, replaces: null }), name).toMatchObject({
      status: 404,
    });
});

it('a link stays a link, and never leads out of the rules folder', async () => {
  renameSync(join(folder, 'rules/yard.yaml'), join(folder, 'rules/.real'));
  symlinkSync('.real', join(folder, 'rules/yard.yaml'));
  const { draft, file, revision } = await source('fire');
  const change = { file, replaces: 'fire', draft: { ...draft, threshold: 1 } };
  expect(await save({ ...change, revision })).toMatchObject({ status: 200 });
  expect(lstatSync(join(folder, file)).isSymbolicLink()).toBe(true);
  expect(text('rules/.real')).toBe(YARD.replace('threshold: 4', 'threshold: 1'));
  renameSync(join(folder, 'rules/.real'), join(folder, 'elsewhere/real.yaml'));
  rmSync(join(folder, file));
  symlinkSync('../elsewhere/real.yaml', join(folder, file));
  const outside = await source('fire');
  expect(outside).toMatchObject({
    writable: false,
    reason: expect.stringMatching(/outside of the rules folder/),
  });
  expect(await save({ ...change, revision: outside.revision })).toMatchObject({
    status: 403,
    code: 'read-only',
  });
});
