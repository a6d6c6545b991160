import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  planRemember,
  type RememberArguments,
  rememberCommand,
} from '../../src/commands/remember/command.js';
import { runSearch } from '../../src/commands/search/search.js';
import type { Embedder, ModelDirectory } from '../../src/model/index.js';
import { RecordedStills, recordedOf } from '../../src/search/recorded-stills.js';
import { decodeMinute } from '../../src/store/vectors/minute-codec.js';
import { openVectorDatabase, openVectorsReadOnly } from '../../src/store/vectors/vector-database.js';
import { VectorStore } from '../../src/store/vectors/vector-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Cli, wordwatch } from '../fixtures/cli.js';
import { openTestModel } from '../fixtures/open-model.js';

const SAMPLE = 'samples/fire-yard.mp4';

let folder: string;
let clips: string;
let embedder: Embedder;
let directory: ModelDirectory;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
  clips = join(folder, 'clips');
  mkdirSync(clips);
  // Small pictures, cheap to make and to read.
  const short = [
    '-stream_loop',
    '-1',
    '-i',
    SAMPLE,
    '-an',
    '-vf',
    'scale=320:-2',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
  ];
  for (const [name, seconds, more] of [
    ['a', 4, []],
    ['b', 6, []],
    ['told', 3, ['-metadata', 'creation_time=2026-05-02T10:00:00Z']],
    ['long', 110, []],
  ] as const) {
    const file = join(clips, `${name}.mp4`);
    execFileSync('ffmpeg', ['-v', 'error', ...short, '-t', String(seconds), ...more, file]);
  }
  ({ embedder, directory } = await openTestModel('models/starter'));
});
afterAll(async () => {
  await embedder[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let archive: string;
let store: string;
beforeEach(() => {
  archive = mkdtempSync(join(folder, 'archive-'));
  store = mkdtempSync(join(folder, 'store-'));
});

const START = '2026-05-01T20-30-00Z';
const startMs = Date.UTC(2026, 4, 1, 20, 30);

/** Puts clips into the archive: `{path: clip}`. */
function put(files: Record<string, string>): void {
  for (const [path, clip] of Object.entries(files)) {
    mkdirSync(join(archive, path, '..'), { recursive: true });
    copyFileSync(join(clips, `${clip}.mp4`), join(archive, path));
  }
}

/** Indexes the archive in this process. @returns the exit code, and what became of each file */
async function remember(options: RememberArguments & { places?: string[] } = {}) {
  const lines: string[] = [];
  const said: string[] = [];
  const output = {
    ...{ json: true, isTerminal: false },
    stdout: (text: string) => void lines.push(text),
    stderr: (text: string) => void said.push(text),
  };
  const plan = planRemember(options.places ?? [archive], options, { output });
  const exitCode = await rememberCommand(plan, {
    ...{ ...options, storePath: store, outDir: null, rules: [], embedder, fps: 1, keyframesOnly: false },
    ...{ motionGate: true, timeZone: 'UTC', output, logger: createLogger({ level: 'silent' }) },
    signal: new AbortController().signal,
  });
  const files = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'file');
  const states = files.map(({ file, state }) => [file.slice(archive.length + 1), state]);
  return { exitCode, states: Object.fromEntries(states), said: said.join('') };
}

/** Of each camera, the moments of its frames in seconds since {@link startMs}; every row can be read. */
function frames(): Record<string, number[]> {
  using database = openVectorsReadOnly(store);
  const vectors = new VectorStore(database);
  const streams = vectors.streams();
  const found: Record<string, number[]> = {};
  for (const row of vectors.rows({})) {
    const times = decodeMinute(vectors.body(row.id)!).frames.map(({ atMs }) => (atMs - startMs) / 1000);
    found[streams.get(row.streamId)!.cameraId] ??= [];
    found[streams.get(row.streamId)!.cameraId]!.push(...times);
  }
  return found;
}

const seconds = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('scan --remember', () => {
  it('lets searches show frames of the recordings, as long as these are there', async () => {
    put({ [`yard/${START}.mp4`]: 'a' });
    await remember();
    const html = join(folder, 'hits.html');
    const page = async () => {
      const nothing = { not: [], cameras: [], image: null, since: undefined, until: undefined };
      const output = { json: true, isTerminal: false, stdout: () => {}, stderr: () => {} };
      const { signal } = new AbortController();
      const options = { words: ['a yard'], limit: 1, folder: store, html, videos: new Map(), output, signal };
      await runSearch({ ...nothing, ...options }, { embedder, directory });
      return readFileSync(html, 'utf8');
    };
    expect(await page()).toContain('src="data:image/jpeg;base64,');
    const stills = new RecordedStills(store);
    using memory = openVectorsReadOnly(store);
    const { signal } = new AbortController();
    const frame = { cameraId: 'yard', atMs: startMs + 2_000 };
    const others = [
      { ...frame, cameraId: 'nowhere' },
      { ...frame, atMs: startMs - 60_000 },
    ];
    expect(recordedOf(memory, [frame, ...others])).toEqual([true, false, false]);
    const still = (await stills.at(frame, signal)) as Buffer;
    expect(await sharp(still).metadata()).toMatchObject({ format: 'jpeg' });
    for (const other of others) expect(await stills.at(other, signal)).toBe(null);
    const many = await Promise.all(Array.from({ length: 70 }, () => stills.at(others[0]!, signal)));
    expect(many.filter((answer) => answer === 'busy').length).toBe(6);
    rmSync(archive, { recursive: true });
    expect(await page()).toContain('(no picture of this moment is kept)');
    expect(recordedOf(memory, [frame])).toEqual([false]);
    expect(await stills.at(frame, signal)).toBe(null);
  });

  it('indexes nested folders once: by names, by what files say, copies and renamed files not again', async () => {
    put({ [`yard/${START}.mp4`]: 'a', 'gate/deep/told.mp4': 'told', 'gate/deep/z-copy.mp4': 'told' });
    put({ 'untold.mp4': 'b' });
    writeFileSync(join(archive, 'yard', 'broken_2026-05-01T20-00-00Z.mp4'), 'no video');
    writeFileSync(join(archive, 'notes.txt'), 'no video either');
    const first = await remember();
    expect(first.states).toEqual({
      [`yard/${START}.mp4`]: 'indexed',
      'gate/deep/told.mp4': 'indexed',
      'gate/deep/z-copy.mp4': 'duplicate',
      'untold.mp4': 'failed',
      'yard/broken_2026-05-01T20-00-00Z.mp4': 'failed',
    });
    expect(first.exitCode).toBe(2);
    expect(first.said).toMatch(/untold\.mp4: neither its name nor the file says when it begins\n.*--name/);
    expect(first.said).toMatch(/5 of 5 files, 0:0\d of footage, .*1 duplicate, 2 failed/);
    const told = (Date.UTC(2026, 4, 2, 10) - startMs) / 1000;
    const all = { yard: seconds(4), deep: seconds(3, told) };
    expect(frames()).toEqual(all);
    renameSync(
      join(archive, 'yard', `${START}.mp4`),
      join(archive, 'yard', 'moved_2026-06-01T00-00-00Z.mp4'),
    );
    const second = await remember();
    expect(second.states).toMatchObject({
      'yard/moved_2026-06-01T00-00-00Z.mp4': 'duplicate',
      'gate/deep/told.mp4': 'known',
      'gate/deep/z-copy.mp4': 'known',
    });
    expect(frames()).toEqual(all);
    const again = await remember({ again: true, camera: 'door', name: '*_%Y-%m-%dT%H-%M-%S%z' });
    expect(again.states).toMatchObject({ 'yard/moved_2026-06-01T00-00-00Z.mp4': 'indexed' });
    expect(again.said).toMatch(/untold\.mp4: left out, as it is not named as --name says/);
    expect(frames()).toEqual({ door: seconds(4, 31 * 86_400 - 20.5 * 3600), deep: all.deep });
  });

  it('indexes a recording that has grown in place of what it was, and one in a new time beside it', async () => {
    put({ [`yard_${START}.mp4`]: 'a' });
    await remember();
    put({ [`yard_${START}.mp4`]: 'b' });
    expect((await remember()).states).toEqual({ [`yard_${START}.mp4`]: 'indexed' });
    expect(frames()).toEqual({ yard: seconds(6) });
    put({ 'yard_2026-05-01T20-31-00Z.mp4': 'told' });
    await remember();
    expect(frames()).toEqual({ yard: [...seconds(6), ...seconds(3, 60)] });
  });

  it('keeps every moment of a camera once, where recordings overlap', async () => {
    put({
      [`yard_${START}.mp4`]: 'a',
      'yard_2026-05-01T20-30-02Z.mp4': 'b',
      'z/yard_2026-05-01T20-30-01Z.mp4': 'told',
    });
    const { states, said } = await remember();
    expect(states).toMatchObject({ 'z/yard_2026-05-01T20-30-01Z.mp4': 'covered' });
    expect(said).toMatch(/1 covered\n.*If it is another camera/);
    expect(frames()).toEqual({ yard: seconds(8) });
  });

  it('stops when the disk refuses vectors, and goes on later without a loss', async () => {
    put({
      [`yard_${START}.mp4`]: 'a',
      'yard_2026-05-01T20-31-00Z.mp4': 'long',
      'zoo_2026-05-01T20-30-00Z.mp4': 'b',
    });
    using database = openVectorDatabase(store);
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON minutes WHEN (SELECT COUNT(*) FROM minutes) >= 1
         BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`,
    );
    await expect(remember()).rejects.toThrow(
      expect.objectContaining({
        code: 'vectors-unwritable',
        message: expect.stringContaining('database or disk is full'),
        hint: expect.stringContaining('same command again'),
      }),
    );
    expect(frames()).toEqual({ yard: seconds(4) });
    database.exec('DROP TRIGGER full');
    expect(await remember()).toMatchObject({
      exitCode: 0,
      states: { [`yard_${START}.mp4`]: 'known', 'zoo_2026-05-01T20-30-00Z.mp4': 'indexed' },
    });
    expect(frames()).toEqual({ yard: [...seconds(4), ...seconds(110, 60)], zoo: seconds(6) });
  });

  it('after being stopped and killed, over and over, has every frame once', async () => {
    // Over the border of a minute: rows are written while the recording is still being read.
    put({ [`a/${START}.mp4`]: 'a', 'b/2026-05-01T20-30-20Z.mp4': 'long', [`c/${START}.mp4`]: 'b' });
    const command = ['scan', archive, '--remember', '--store', store, '--json'];
    const count = (sql: string) => {
      try {
        using database = openVectorsReadOnly(store);
        return (database.prepare(`SELECT COUNT(*) AS count FROM ${sql}`).get() as { count: number }).count;
      } catch {
        return 0; // not there yet
      }
    };
    const OPEN = 'minutes JOIN imports ON import = imports.id WHERE done = 0';
    const twoDone = '(SELECT 1 FROM imports WHERE done = 1 LIMIT 1 OFFSET 1)';
    for (const moment of ['imports', OPEN, twoDone]) {
      await using cli = new Cli(command);
      await vi.waitFor(() => expect(count(moment)).toBeGreaterThan(0), { timeout: 60_000, interval: 5 });
      if (moment === OPEN) {
        cli.process.kill('SIGSTOP');
        expect((await wordwatch(...command)).stderr).toMatch(/process \d+ is indexing recordings there/);
        expect(count(OPEN)).toBeGreaterThan(0);
      }
      cli.process.kill(moment === 'imports' ? 'SIGTERM' : 'SIGKILL');
      const { stderr, exitCode } = await cli.ended;
      if (moment === 'imports') {
        expect({ exitCode, open: count(OPEN) }).toEqual({ exitCode: 1, open: 0 });
        expect(stderr).toMatch(/of footage.*\nstopped: the same command goes on where it was\n$/);
      }
      for (const times of Object.values(frames())) expect(new Set(times).size).toBe(times.length);
    }
    expect((await wordwatch(...command)).exitCode).toBe(0);
    expect(frames()).toEqual({ a: seconds(4), b: seconds(110, 20), c: seconds(6) });
    expect(count('imports WHERE done = 1')).toBe(3);
  });

  it('refuses a data folder of a newer version, and folders without videos', async () => {
    put({ [`yard_${START}.mp4`]: 'a' });
    {
      using database = openVectorDatabase(store);
      database.exec('PRAGMA user_version = 99');
    }
    await expect(remember()).rejects.toThrow(expect.objectContaining({ code: 'store-newer' }));
    const empty = join(archive, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'code.ts'), 'export const a = 1;');
    await expect(remember({ places: [empty] })).rejects.toThrow(
      expect.objectContaining({ code: 'no-recordings', userInput: true }),
    );
  });
});
