import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createSource, type SourceOptions } from '../../src/capture/index.js';
import { listSegments } from '../../src/capture/segments.js';
import { ClipRecorder } from '../../src/pipeline/clip-recorder.js';
import { createServer } from '../../src/server/server.js';
import { ClipFolder } from '../../src/store/clips.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { openBrowser } from '../fixtures/browser.js';
import { type Reading, read } from '../fixtures/collect.js';
import { RtspServer } from '../fixtures/rtsp.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const logger = createLogger({ level: 'silent' });
const WAIT = { timeout: 60_000, interval: 100 };
/** Between two keyframes of the test picture. */
const KEYFRAMES_S = 1;
/** H.264 with pictures that need a later one. */
const B_FRAMES = fileURLToPath(new URL('../../samples/fire-yard.mp4', import.meta.url));
const ID = '0b0e7d9c-6a0e-4c6e-9a57-0c1a5a3b9f01';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** A folder whose name holds what ffmpeg, its lists and its file names take for something else. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "wordwatch's 100% clips-"));
  folders.push(folder);
  return folder;
}

async function record(folder: string, world: WatchedWorld): Promise<ClipRecorder> {
  const about = { cameraIds: ['yard'], beforeMs: 1_000, afterMs: 1_000, keepMs: 3_600_000, maxBytes: 1e9 };
  const clips = new ClipFolder(folder);
  const recorder = new ClipRecorder({ ...about, clips, root: folder, bus: world.bus, logger });
  await recorder.start();
  world.clip = (id) => recorder.find(id);
  return recorder;
}

function watch(location: string, recorder: ClipRecorder, options: Partial<SourceOptions> = {}): Reading {
  const about = { cameraId: 'yard', fps: 5, stallTimeoutMs: 4000 };
  const segmentsFolder = recorder.segmentsFolder('yard');
  return read(createSource({ ...about, location, segmentsFolder, ...options }));
}

async function probed(path: string): Promise<{ codec: string; durationS: number }> {
  const show = ['-show_entries', 'stream=codec_name:format=duration', '-of', 'json'];
  const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', ...show, path]);
  const { streams, format } = JSON.parse(stdout);
  return { codec: streams[0].codec_name, durationS: Number(format.duration) };
}

/** Waits for so many pieces of video, the last of which may still grow. */
async function segments(recorder: ClipRecorder, count: number, sinceMs = 0): Promise<void> {
  await vi.waitFor(async () => {
    const all = await listSegments(recorder.segmentsFolder('yard'));
    expect(all.filter(({ startMs }) => startMs >= sinceMs).length).toBeGreaterThanOrEqual(count);
  }, WAIT);
}

// They wait for video most of the time.
describe.concurrent('a clip', () => {
  it('holds what was before, during and after its event, and plays in a browser', async () => {
    const folder = await newFolder();
    await using camera = await RtspServer.start();
    const world = new WatchedWorld();
    await using recorder = await record(folder, world);
    await using _reading = watch(camera.url, recorder);
    const about = { port: 0, host: '127.0.0.1', token: null, pageFolder: folder, logger };
    await using server = createServer({ ...about, bus: world.bus, data: world });
    await server.start();
    const clipUrl = new URL(`/api/events/${ID}/clip`, server.url);

    await segments(recorder, 2);
    const startedAtMs = Date.now();
    world.raise({ id: ID, atMs: startedAtMs, startedAtMs });
    const early = await fetch(clipUrl);
    expect([early.status, early.headers.get('retry-after')]).toEqual([404, '5']);
    expect(await early.json()).toMatchObject({ error: { code: 'clip-not-ready' } });
    const endedAtMs = startedAtMs + 1_000;
    world.raise({ id: ID, phase: 'end', atMs: endedAtMs, startedAtMs, endedAtMs });
    await vi.waitFor(async () => expect((await fetch(clipUrl, { method: 'HEAD' })).status).toBe(200), WAIT);

    const found = await recorder.find(ID);
    const { codec, durationS } = await probed((found as { path: string }).path);
    expect(codec).toBe('h264');
    // 1 s before, 1 s of event, 1 s after; at both ends up to a piece and the way to its keyframe.
    expect(durationS).toBeGreaterThanOrEqual(3);
    expect(durationS).toBeLessThan(3 + 2 * (2 + KEYFRAMES_S) + 1);

    const whole = Buffer.from(await (await fetch(clipUrl)).arrayBuffer());
    const part = await fetch(clipUrl, { headers: { range: 'bytes=4-7' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-7/${whole.length}`]);
    expect(await part.text()).toBe('ftyp');
    expect(whole.indexOf('moov')).toBeLessThan(whole.indexOf('mdat'));
    expect((await fetch(new URL(`/api/events/${ID.replace('0b', '0c')}/clip`, server.url))).status).toBe(404);

    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(new URL('/healthz', server.url).href);
      // As text: the test knows no document.
      const shown = await page.evaluate(`(async () => {
        const video = document.createElement('video');
        video.muted = true;
        video.src = '/api/events/${ID}/clip';
        await video.play();
        return { width: video.videoWidth, seconds: video.duration };
      })()`);
      expect(shown).toEqual({ width: 640, seconds: expect.closeTo(durationS, 1) });
    } finally {
      await browser.close();
    }
  });

  it('has the first seconds of a connection, also where pictures come in another order than they are shown', async () => {
    const folder = await newFolder();
    await using camera = await RtspServer.start(B_FRAMES);
    await using recorder = await record(folder, new WatchedWorld());
    await using _reading = watch(camera.url, recorder);
    await segments(recorder, 2);
    const names = await readdir(recorder.segmentsFolder('yard'));
    const first = await probed(join(recorder.segmentsFolder('yard'), names.sort()[0]!));
    expect(first).toEqual({ codec: 'h264', durationS: expect.any(Number) });
  });

  it('is made of what there is when the program stops, of HEVC and of a file, too', async () => {
    const folder = await newFolder();
    const film = join(folder, 'film.mp4');
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=5'];
    const codec = ['-c:v', 'libx265', '-x265-params', 'keyint=10:log-level=none', '-pix_fmt', 'yuv420p'];
    await promisify(execFile)('ffmpeg', ['-v', 'error', ...picture, ...codec, film]);
    const world = new WatchedWorld();
    const recorder = await record(folder, world);
    {
      await using _reading = watch(film, recorder, { realtime: true, loop: true });
      await segments(recorder, 2);
      world.raise({ id: ID, atMs: Date.now(), startedAtMs: Date.now() });
    }
    await recorder[Symbol.asyncDispose]();
    const clip = await probed(join(folder, 'clips', `${ID}.mp4`));
    expect(clip).toEqual({ codec: 'hevc', durationS: expect.any(Number) });
    expect(clip.durationS).toBeGreaterThan(1);
  });

  it('costs no picture when its folder fails, and clips come back when the folder does', async () => {
    const folder = await newFolder();
    await using camera = await RtspServer.start();
    const world = new WatchedWorld();
    await using recorder = await record(folder, world);
    await using reading = watch(camera.url, recorder);
    await segments(recorder, 1);
    // A file where the folder should be: nothing can be written there, as on a full disk.
    const path = recorder.segmentsFolder('yard');
    await rm(path, { recursive: true });
    await writeFile(path, '');
    const failedAtMs = Date.now();
    const before = reading.pyramids.length;
    await vi.waitFor(() => expect(reading.pyramids.length).toBeGreaterThan(before + 10), WAIT);
    expect(reading.statuses.map(({ state }) => state)).toEqual(['connecting', 'online']);
    await rm(path);
    await segments(recorder, 1, failedAtMs);
    expect(reading.statuses.map(({ state }) => state)).toEqual(['connecting', 'online']);
  });
});

describe('the disk', () => {
  /** A piece of video that ended so long ago, as far as its name and time tell. */
  async function leavePiece(folder: string, endedAgoS: number): Promise<string> {
    const at = Math.floor(Date.now() / 1000) - endedAgoS;
    const path = join(folder, 'segments', 'yard', `${at - 2}.ts`);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, 'video');
    await utimes(path, at, at);
    return path;
  }

  it('holds no pieces but those that a waiting or a coming event may need', async () => {
    const folder = await newFolder();
    const world = new WatchedWorld();
    await using _recorder = await record(folder, world);
    const startedAtMs = Date.now() - 70_000;
    world.raise({ atMs: startedAtMs, startedAtMs });
    world.raise({ cameraId: 'door', atMs: startedAtMs - 60_000, startedAtMs: startedAtMs - 60_000 });
    const old = await leavePiece(folder, 80);
    const needed = await Promise.all([71, 50, 3].map((agoS) => leavePiece(folder, agoS)));
    await vi.waitFor(() => expect(existsSync(old)).toBe(false), WAIT);
    expect(needed.map(existsSync)).toEqual([true, true, true]);
  });

  it('holds nothing that a killed program had not finished', async () => {
    const folder = await newFolder();
    const left = [await leavePiece(folder, 3), join(folder, 'clips', `${ID}.mp4.part`)];
    const finished = join(folder, 'clips', `${ID}.mp4`);
    await mkdir(join(folder, 'clips'));
    await writeFile(left[1]!, 'half a clip');
    await writeFile(finished, 'a clip');
    await using recorder = await record(folder, new WatchedWorld());
    expect(left.map(existsSync)).toEqual([false, false]);
    expect(await recorder.find(ID)).toEqual({ path: finished });
  });

  it('holds clips up to their age and size, the newest ones', async () => {
    const folder = await newFolder();
    const clips = new ClipFolder(folder);
    await clips.open();
    const nowS = Math.floor(Date.now() / 1000);
    for (const [index, ageS] of [5000, 400, 300, 200, 100].entries()) {
      const id = ID.replace('0b', `0${index}`);
      await clips.write(id, (path) => writeFile(path, 'x'.repeat(100)));
      await utimes((await clips.find(id))!, nowS - ageS, nowS - ageS);
    }
    const names = async () => (await readdir(join(folder, 'clips'))).map((name) => name.slice(0, 2)).sort();
    await clips.trim({ sinceMs: (nowS - 3600) * 1000, maxBytes: 1000 });
    expect(await names()).toEqual(['01', '02', '03', '04']);
    await clips.trim({ sinceMs: 0, maxBytes: 250 });
    expect(await names()).toEqual(['03', '04']);
  });

  it('keeps nothing of a clip that failed', async () => {
    const folder = await newFolder();
    const clips = new ClipFolder(folder);
    await clips.open();
    const full = async (path: string) => {
      await writeFile(path, 'half');
      throw new Error('No space left on device');
    };
    await expect(clips.write(ID, full)).rejects.toThrow('No space');
    expect(await readdir(join(folder, 'clips'))).toEqual([]);
  });
});
