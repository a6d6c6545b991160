import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSource, frames, probe } from '../../src/capture/index.js';
import type { Pyramid } from '../../src/capture/pyramid.js';
import { WHOLE_FRAME } from '../../src/shared/geometry.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { copyLevel } from '../../src/tiling/cut.js';
import { read, smallPlan } from '../fixtures/collect.js';
import { ffmpegsWith } from '../fixtures/processes.js';

let folder: string;
const at = (name: string) => join(folder, name);
const source = (name: string, options = {}) =>
  createSource({ cameraId: 'file', location: at(name), ...options });

/** Six seconds at 10 fps; every second is 20 shades brighter than the one before. */
const BRIGHTENING = 'color=c=black:s=320x180:r=10:d=6,format=gray,geq=lum=40+20*floor(T),format=yuv420p';

function make(name: string, filter: string, ...options: string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', filter, ...options, at(name)]);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-capture-'));
  make('film.mp4', BRIGHTENING, '-g', '20', '-movflags', '+faststart');
  for (const name of ['film.mkv', 'film.avi']) make(name, BRIGHTENING);
  make('film.webm', BRIGHTENING, '-c:v', 'libvpx', '-b:v', '1M');
  make('portrait.mp4', 'testsrc=s=180x320:r=10:d=2');
  make('wide-pixels.mp4', 'testsrc=s=320x180:r=10:d=1,setsar=2');
  make('sound.mp4', 'sine=d=1');
  make('late-index.mp4', 'testsrc2=s=320x180:r=10:d=6');
  make('early-index.mp4', 'testsrc2=s=320x180:r=10:d=6', '-movflags', '+faststart');
  for (const [from, to] of [
    ['late-index.mp4', 'cut.mp4'],
    ['early-index.mp4', 'torn.mp4'],
  ] as const) {
    const whole = readFileSync(at(from));
    writeFileSync(at(to), whole.subarray(0, Math.floor(whole.length * 0.6)));
  }
  writeFileSync(at('empty.mp4'), '');
  writeFileSync(at('text.mkv'), 'this is not a video\n'.repeat(100));
  mkdirSync(at('no-pictures'));
  mkdirSync(at('pictures'));
  for (const name of ['10.png', '2.jpg', '1.webp']) {
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'color=c=red:s=64x48:d=0.04',
      '-frames:v',
      '1',
      join(folder, 'pictures', name),
    ]);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Mean brightness of the preview. */
function brightness({ data, preview }: Pyramid): number {
  const pixels = copyLevel(data, preview);
  return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
}

describe('files', () => {
  it.each(['film.mp4', 'film.mkv', 'film.avi', 'film.webm'])(
    '%s gives a frame a second, each with its own time',
    async (name) => {
      await using reading = read(source(name));
      await reading.done;
      expect(reading.pyramids.map(({ ptsMs }) => ptsMs)).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
      // The picture says its time, too.
      for (const pyramid of reading.pyramids) {
        expect(Math.abs(brightness(pyramid) - (40 + pyramid.ptsMs / 50))).toBeLessThan(6);
      }
      expect(reading.statuses.map(({ state }) => state)).toEqual(['online', 'ended']);
    },
  );

  it('samples faster when asked, and repeats no frame when asked for more than there are', async () => {
    await using two = read(source('film.mp4', { fps: 2.5 }));
    await two.done;
    expect(two.pyramids).toHaveLength(15);
    await using many = read(source('film.mp4', { fps: 30 }));
    await many.done;
    expect(many.pyramids).toHaveLength(60);
    expect(new Set(many.pyramids.map(({ ptsMs }) => ptsMs)).size).toBe(60);
  });

  it('reads keyframes only', async () => {
    await using reading = read(source('film.mp4', { fps: 10, keyframesOnly: true }));
    await reading.done;
    expect(reading.pyramids.map(({ ptsMs }) => ptsMs)).toEqual([0, 2000, 4000]);
  });

  it('starts where it is told, and dates frames from the start time', async () => {
    await using reading = read(source('film.mp4', { startOffsetMs: 4000, startTimeMs: 1_000_000 }));
    await reading.done;
    expect(reading.pyramids).toHaveLength(2);
    expect(reading.pyramids[0]!.capturedAtMs).toBeGreaterThanOrEqual(1_000_000);
  });

  it('plays a loop for ever in real time', async () => {
    await using reading = read(source('film.mp4', { fps: 5, loop: true, realtime: true }));
    await vi.waitFor(() => expect(reading.pyramids.length).toBeGreaterThan(35), {
      timeout: 60_000,
      interval: 100,
    });
    const times = reading.pyramids.map(({ ptsMs }) => ptsMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const first = reading.pyramids[0]!;
    expect(Math.abs(first.capturedAtMs - Date.now())).toBeLessThan(60_000);
  });

  it('ends quietly when it is ended while the reader is busy with a frame', async () => {
    const ending = new AbortController();
    const film = source('film.mp4', { fps: 5, loop: true, realtime: true });
    const logger = createLogger({ level: 'silent' });
    const playing = frames(film, { plan: smallPlan, signal: ending.signal, logger, onStatus: () => {} });
    await playing.next();
    ending.abort();
    // An error that nobody heard would end the process, and fail this test.
    await vi.waitFor(() => expect(ffmpegsWith(film.location)).toEqual([]), { timeout: 20_000 });
    for await (const _ of playing);
  });

  it('knows portrait and wide pixels', async () => {
    expect((await probe(source('portrait.mp4'))).size).toEqual({ widthPx: 180, heightPx: 320 });
    expect((await probe(source('wide-pixels.mp4'))).size).toEqual({ widthPx: 640, heightPx: 180 });
  });

  it('makes levels that look like the frame scaled by a good resampler', async () => {
    make(
      'detail.mp4',
      'testsrc2=s=1280x720:r=1:d=1',
      '-qp',
      '4',
      '-colorspace',
      'bt709',
      '-color_primaries',
      'bt709',
      '-color_trc',
      'bt709',
      '-vf',
      'scale=out_color_matrix=bt709',
    );
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', at('detail.mp4'), '-frames:v', '1', at('detail.png')]);
    const levels = [
      { crop: WHOLE_FRAME, widthPx: 128, heightPx: 128 },
      { crop: WHOLE_FRAME, widthPx: 410, heightPx: 230 },
      { crop: { x: 0.5, y: 0.25, w: 0.25, h: 0.5 }, widthPx: 128, heightPx: 128 },
    ];
    await using reading = read(source('detail.mp4'), () => ({
      levels,
      preview: { crop: WHOLE_FRAME, widthPx: 640, heightPx: 360 },
    }));
    await reading.done;
    const [pyramid] = reading.pyramids;
    for (const level of pyramid!.levels) {
      const { x, y, w, h } = level.crop;
      const region = { left: x * 1280, top: y * 720, width: w * 1280, height: h * 720 };
      const reference = await sharp(at('detail.png'))
        .extract(region)
        .resize(level.widthPx, level.heightPx, { fit: 'fill', kernel: 'cubic' })
        .removeAlpha()
        .raw()
        .toBuffer();
      const pixels = copyLevel(pyramid!.data, level);
      const difference =
        pixels.reduce((sum, value, i) => sum + Math.abs(value - reference[i]!), 0) / pixels.length;
      expect(difference).toBeLessThan(5);
    }
  });

  it('goes on when the picture’s size changes in mid-stream', async () => {
    make('one.ts', 'testsrc=s=320x180:r=10:d=3');
    make('two.ts', 'testsrc=s=180x320:r=10:d=3', '-output_ts_offset', '3');
    writeFileSync(at('both.ts'), Buffer.concat([readFileSync(at('one.ts')), readFileSync(at('two.ts'))]));
    await using reading = read(source('both.ts'));
    await reading.done;
    expect(reading.pyramids.length).toBeGreaterThanOrEqual(5);
    expect(reading.statuses.at(-1)?.state).toBe('ended');
  });

  it('leaves no process behind when the reader goes away', async () => {
    const options = {
      plan: smallPlan,
      signal: new AbortController().signal,
      logger: createLogger({ level: 'silent' }),
      onStatus: () => {},
    };
    for await (const _ of frames(source('film.mkv', { fps: 10 }), options)) break;
    expect(ffmpegsWith(at('film.mkv'))).toEqual([]);
  });
});

describe('folders of pictures', () => {
  it('are read in the order people count', async () => {
    await using reading = read(source('pictures', { fps: 2 }));
    await reading.done;
    expect(reading.pyramids.map(({ ptsMs }) => ptsMs)).toEqual([0, 500, 1000]);
    expect(reading.pyramids[0]!.sourceWidthPx).toBe(64);
    const [r, g] = copyLevel(reading.pyramids[2]!.data, reading.pyramids[2]!.preview);
    expect(r! - g!).toBeGreaterThan(150);
  });
});

describe('what is no video', () => {
  it.each([
    ['missing.mp4', 'source-missing', /missing\.mp4: no such file/],
    ['empty.mp4', 'source-empty', /empty\.mp4: the file is empty/],
    ['text.mkv', 'source-not-video', /text\.mkv: not a video/],
    ['sound.mp4', 'source-no-video', /sound\.mp4: no video in it, only sound/],
    ['cut.mp4', 'source-truncated', /cut\.mp4: it has no index/],
    ['no-pictures', 'source-no-images', /no-pictures: no pictures in this folder/],
  ])('%s: %s', async (name, code, message) => {
    const run = async () => {
      await using reading = read(source(name));
      await reading.done;
    };
    await expect(run()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      userInput: true,
    });
  });

  it.each([
    'concat:a.mp4|b.mp4',
    'lavfi:testsrc',
    'subfile:,,start,0,end,9,,:/etc/passwd',
    'data:video/mp4;base64,AAAA',
  ])('%s is refused', (location) => {
    expect(() => read(createSource({ cameraId: 'x', location }))).not.toThrow();
    return expect(read(createSource({ cameraId: 'x', location })).done).rejects.toMatchObject({
      code: 'source-unsupported',
    });
  });

  it('a torn file gives its frames up to the damage', async () => {
    await using reading = read(source('torn.mp4'));
    await reading.done;
    expect(reading.pyramids.length).toBeGreaterThan(1);
    expect(reading.pyramids.length).toBeLessThan(6);
  });
});
