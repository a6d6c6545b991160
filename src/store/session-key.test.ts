import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSessionKey } from './session-key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a session key is made once, for its owner only', async () => {
  const key = await readSessionKey(folder);
  expect(key).toHaveLength(32);
  expect(await readSessionKey(folder)).toEqual(key);
  expect(await readdir(folder)).toEqual(['session.key']);
  expect((await stat(join(folder, 'session.key'))).mode & 0o777).toBe(0o600);
});

it('half a session key is made anew', async () => {
  await writeFile(join(folder, 'session.key'), 'x');
  expect(await readSessionKey(folder)).toHaveLength(32);
});

it('a folder that cannot hold a session key is said', async () => {
  await expect(readSessionKey(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'store-unusable' });
});
