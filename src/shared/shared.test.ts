import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';
import { freeNow } from './free-now.js';
import { mapOrdered } from './map-ordered.js';
import { redactUrl } from './redact-url.js';
import { Turns } from './turns.js';
import { withTicks } from './with-ticks.js';

describe('redactUrl', () => {
  it.each([
    ['rtsp://me:secret@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://me:se@cr/et@cam/1', 'rtsp://***@cam/1'],
    ['[in#0] Error opening rtsp://me:secret@cam/1: 401', '[in#0] Error opening rtsp://***@cam/1: 401'],
    ['http://cam/video.cgi?user=me&password=secret&x=1', 'http://cam/video.cgi?user=***&password=***&x=1'],
    ['http://cam/a then me@example.org', 'http://cam/a then me@example.org'],
  ])('%s', (text, expected) => expect(redactUrl(text)).toBe(expected));

  it('never lets a password through', () => {
    const password = fc
      .stringMatching(/^[!-&(-~]{4,12}$/)
      .filter((text) => !text.includes('"') && !/^\**$/.test(text));
    fc.assert(
      fc.property(password, (secret) => {
        expect(redactUrl(`cannot open 'rtsp://root:${secret}@192.0.2.1/live' twice`)).toBe(
          `cannot open 'rtsp://***@192.0.2.1/live' twice`,
        );
      }),
    );
  });
});

describe('backoffMs', () => {
  it('doubles up to its bound', () => {
    const wait = (attempt: number) => backoffMs(attempt, { firstMs: 100, maxMs: 1000, random: () => 0.5 });
    expect([1, 2, 3, 4, 5, 99].map(wait)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });
});

describe('mapOrdered', () => {
  async function* count(to: number, read: number[] = []): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) {
      read.push(i);
      yield i;
    }
  }

  it('keeps the order while later calls finish first', async () => {
    const release: (() => void)[] = [];
    const map = async (value: number) => {
      await new Promise<void>((resolve) => {
        release[value] = resolve;
        if (value % 2 === 1) {
          resolve();
          release[value - 1]!();
        }
      });
      return value;
    };
    const out: number[] = [];
    for await (const value of mapOrdered(count(6), { concurrency: 2, map })) out.push(value);
    expect(out).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('reads no further ahead than its concurrency', async () => {
    const read: number[] = [];
    const results = mapOrdered(count(100, read), { concurrency: 2, map: async (value) => value });
    await results.next();
    expect(read.length).toBeLessThanOrEqual(3);
    await results.return(undefined);
  });

  it('gives a result at once, however long the source takes for its next value', async () => {
    async function* slow(): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => {});
    }
    const results = mapOrdered(slow(), { concurrency: 2, map: async (value) => value });
    expect((await results.next()).value).toBe(1);
  });

  it('throws what the map throws, in its place', async () => {
    const map = async (value: number) => {
      if (value === 1) throw new Error('no');
      return value;
    };
    const results = mapOrdered(count(3), { concurrency: 3, map });
    expect((await results.next()).value).toBe(0);
    await expect(results.next()).rejects.toThrow('no');
  });
});

describe('withTicks', () => {
  it('tells that time goes by while nothing comes, and loses nothing', async () => {
    const waiting: (() => void)[] = [];
    async function* slow(): AsyncGenerator<number> {
      yield 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      yield 2;
    }
    const seen: (number | null)[] = [];
    let stopped = 0;
    for await (const value of withTicks(slow(), { periodMs: 5, stop: () => stopped++ })) {
      seen.push(value);
      if (seen.filter((value) => value === null).length === 2) waiting.shift()?.();
    }
    expect(seen.filter((value) => value !== null)).toEqual([1, 2]);
    expect(seen.slice(0, 3)).toEqual([1, null, null]);
    expect(stopped).toBe(1);
  });

  it('ends a silent stream when its reader goes', async () => {
    const ending = new AbortController();
    let ended = false;
    async function* silent(): AsyncGenerator<number> {
      await new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
      ended = true;
    }
    for await (const value of withTicks(silent(), { periodMs: 5, stop: () => ending.abort() })) {
      expect(value).toBeNull();
      break;
    }
    expect(ended).toBe(true);
  });
});

it('frees the memory of an array at once', () => {
  const bytes = 2 ** 20;
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 40; i++) {
    const array = new Uint8Array(bytes).fill(1);
    freeNow(array);
    expect(array.length).toBe(0);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5 * bytes);
});

describe('Turns', () => {
  it('gives everybody a turn in order, also behind one that fails', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const slow = turns.take(async () => {
      await new Promise(setImmediate);
      done.push('slow');
      return 1;
    });
    const wrong = turns.take(() => {
      done.push('wrong');
      throw new Error('wrong');
    });
    const quick = turns.take(() => done.push('quick'));
    expect(turns.waiting).toBe(3);
    await expect(wrong).rejects.toThrow('wrong');
    await turns.over();
    expect([await slow, await quick, done]).toEqual([1, 3, ['slow', 'wrong', 'quick']]);
    expect(turns.waiting).toBe(0);
  });
});
