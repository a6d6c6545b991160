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
const changes = (count: number) => vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(count), 5000);

async function watchPath(name: string): Promise<void> {
  const onError = (error: unknown) => expect.fail(String(error));
  await watchRules({ paths: [inFolder(name)], signal: stop.signal, onChange, onError, debounceMs: 100 });
}

/** What editors do that never leave half a file behind. */
async function saveByRenaming(name: string, text: string): Promise<void> {
  await writeFile(inFolder(`${name}.tmp`), text);
  await rename(inFolder(`${name}.tmp`), inFolder(name));
}

describe.each([['rules'], ['rules/a.yaml']])('watchRules on %s', (watched) => {
  it('notices a file written in place, again and again', async () => {
    await watchPath(watched);
    await writeFile(inFolder('rules/a.yaml'), 'two');
    await changes(1);
    await writeFile(inFolder('rules/a.yaml'), 'three');
    await changes(2);
  });

  it('notices a file replaced by renaming, again and again', async () => {
    await watchPath(watched);
    await saveByRenaming('rules/a.yaml', 'two');
    await changes(1);
    await saveByRenaming('rules/a.yaml', 'three');
    await changes(2);
    await writeFile(inFolder('rules/a.yaml'), 'four');
    await changes(3);
  });

  it('notices a file deleted and made again', async () => {
    await watchPath(watched);
    await rm(inFolder('rules/a.yaml'));
    await changes(1);
    await writeFile(inFolder('rules/a.yaml'), 'two');
    await changes(2);
  });
});

describe('watchRules', () => {
  it('notices new files in a folder, but not those that are no rules', async () => {
    await watchPath('rules');
    await writeFile(inFolder('rules/notes.txt'), 'x');
    await writeFile(inFolder('rules/.#a.yaml'), 'x');
    await writeFile(inFolder('other.yaml'), 'x');
    await writeFile(inFolder('rules/b.yaml'), 'x');
    await changes(1);
    await saveByRenaming('rules/c.yml', 'x');
    await changes(2);
  });

  it('notices a folder that is deleted and comes back', async () => {
    await watchPath('rules');
    await rm(inFolder('rules'), { recursive: true });
    await changes(1);
    await mkdir(inFolder('rules'));
    await writeFile(inFolder('rules/a.yaml'), 'two');
    await vi.waitFor(() => expect(onChange.mock.calls.length).toBeGreaterThan(1), 5000);
    const callsSoFar = onChange.mock.calls.length;
    await writeFile(inFolder('rules/a.yaml'), 'three');
    await vi.waitFor(() => expect(onChange.mock.calls.length).toBeGreaterThan(callsSoFar), 5000);
  });

  it('takes changes that come close together as one', async () => {
    await watchPath('rules');
    for (let i = 0; i < 5; i++) await writeFile(inFolder(`rules/${i}.yaml`), 'x');
    await changes(1);
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
