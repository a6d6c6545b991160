import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchRules } from './watch.js';

let folder: string;
let stop: AbortController;
let onChange: ReturnType<typeof vi.fn<() => void>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wordwatch-watch-'));
  await mkdir(join(folder, 'rules'));
  await writeFile(join(folder, 'rules/a.yaml'), 'one');
  stop = new AbortController();
  onChange = vi.fn();
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true });
});

const inFolder = (name: string) => join(folder, name);
const calls = () => onChange.mock.calls.length;

/** Does something to a file and waits until that is noticed. */
async function noticed(act: () => Promise<unknown>): Promise<void> {
  const before = calls();
  await act();
  await vi.waitFor(() => expect(calls()).toBeGreaterThan(before), 5000);
}

async function watchPath(name: string, debounceMs = 100): Promise<void> {
  const onError = (error: unknown) => expect.fail(String(error));
  await watchRules({ paths: [inFolder(name)], signal: stop.signal, onChange, onError, debounceMs });
}

/** What editors do that never leave half a file behind. */
async function saveByRenaming(name: string, text: string): Promise<void> {
  await writeFile(inFolder(`${name}.tmp`), text);
  await rename(inFolder(`${name}.tmp`), inFolder(name));
}

describe.each([['rules'], ['rules/a.yaml']])('watchRules on %s', (watched) => {
  it('notices a file written in place, again and again', async () => {
    await watchPath(watched);
    await noticed(() => writeFile(inFolder('rules/a.yaml'), 'two'));
    await noticed(() => writeFile(inFolder('rules/a.yaml'), 'three'));
  });

  it('notices a file replaced by renaming, again and again', async () => {
    await watchPath(watched);
    await noticed(() => saveByRenaming('rules/a.yaml', 'two'));
    await noticed(() => saveByRenaming('rules/a.yaml', 'three'));
    await noticed(() => writeFile(inFolder('rules/a.yaml'), 'four'));
  });

  it('notices a file deleted and made again', async () => {
    await watchPath(watched);
    await noticed(() => rm(inFolder('rules/a.yaml')));
    await noticed(() => writeFile(inFolder('rules/a.yaml'), 'two'));
  });
});

describe('watchRules', () => {
  it('notices new files in a folder', async () => {
    await watchPath('rules');
    await noticed(() => writeFile(inFolder('rules/b.yaml'), 'x'));
    await noticed(() => saveByRenaming('rules/c.yml', 'x'));
  });

  it('notices a folder that is deleted and comes back', async () => {
    await watchPath('rules');
    await noticed(() => rm(inFolder('rules'), { recursive: true }));
    await noticed(async () => {
      await mkdir(inFolder('rules'));
      await writeFile(inFolder('rules/a.yaml'), 'two');
    });
    await noticed(() => writeFile(inFolder('rules/a.yaml'), 'three'));
  });

  it('takes changes that come close together as one', async () => {
    await watchPath('rules', 500);
    await noticed(async () => {
      for (let i = 0; i < 5; i++) await writeFile(inFolder(`rules/${i}.yaml`), 'x');
    });
    expect(calls()).toBe(1);
  });

  it('does not care for files that are no rules', async () => {
    await watchPath('rules');
    // Another watch, on a file written last and slower to tell, says when the first must have noticed.
    const last = vi.fn();
    const options = { paths: [inFolder('other.yaml')], signal: stop.signal, onChange: last, debounceMs: 400 };
    await watchRules(options);
    for (const name of ['rules/notes.txt', 'rules/.#a.yaml', 'other.yaml']) {
      await writeFile(inFolder(name), 'x');
    }
    await vi.waitFor(() => expect(last).toHaveBeenCalled(), 5000);
    expect(calls()).toBe(0);
  });

  it('is silent once it is stopped, also about what it has just seen', async () => {
    await watchPath('rules');
    const second = vi.fn();
    const later = new AbortController();
    await watchRules({ paths: [inFolder('rules')], signal: later.signal, onChange: second, debounceMs: 300 });
    await writeFile(inFolder('rules/a.yaml'), 'two');
    stop.abort();
    await vi.waitFor(() => expect(second).toHaveBeenCalledTimes(1), 5000);
    later.abort();
    expect(onChange).not.toHaveBeenCalled();
  });

  it('watches nothing when it is stopped before it begins', async () => {
    stop.abort();
    await watchPath('rules');
  });
});
