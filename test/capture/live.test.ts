import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { createSource } from '../../src/capture/index.js';
import { type Reading, read } from '../fixtures/collect.js';
import { freePort } from '../fixtures/mosquitto.js';
import { ffmpegsWith } from '../fixtures/processes.js';
import { RefusingRtspServer, RtspServer } from '../fixtures/rtsp.js';

const camera = (location: string, options = {}) =>
  createSource({ cameraId: 'live', location, fps: 5, stallTimeoutMs: 4000, ...options });

async function pictures(reading: Reading, count = 3): Promise<void> {
  await vi.waitFor(() => expect(reading.pyramids.length).toBeGreaterThanOrEqual(count), {
    timeout: 60_000,
    interval: 50,
  });
}

async function state(reading: Reading, wanted: string): Promise<void> {
  await vi.waitFor(() => expect(reading.statuses.at(-1)?.state).toBe(wanted), {
    timeout: 60_000,
    interval: 50,
  });
}

describe('RTSP', () => {
  it.each(['tcp', 'udp'] as const)('reads a real server over %s', async (transport) => {
    await using server = await RtspServer.start();
    await using reading = read(camera(server.url, { transport }));
    await pictures(reading, 5);
    expect(reading.statuses.map(({ state }) => state)).toEqual(['connecting', 'online']);
    expect(reading.statuses.at(-1)?.size).toEqual({ widthPx: 640, heightPx: 360 });
    const age = Date.now() - reading.pyramids.at(-1)!.capturedAtMs;
    expect(age).toBeLessThan(5_000);
  });

  it('comes back by itself when the server was gone', async () => {
    await using server = await RtspServer.start();
    await using reading = read(camera(server.url));
    await pictures(reading);
    await server.kill();
    await state(reading, 'offline');
    expect(reading.statuses.at(-1)?.retryInMs).toBeGreaterThan(0);
    const before = reading.pyramids.length;
    await server.restart();
    await pictures(reading, before + 3);
    expect(reading.statuses.at(-1)?.state).toBe('online');
    const indexes = reading.pyramids.map(({ frameIndex }) => frameIndex);
    expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
  });

  it('notices a stall, and comes back when it is over', async () => {
    await using server = await RtspServer.start();
    await using reading = read(camera(server.url, { stallTimeoutMs: 2000 }));
    await pictures(reading);
    server.freeze();
    await vi.waitFor(() => expect(reading.statuses.map(({ state }) => state)).toContain('offline'), {
      timeout: 60_000,
    });
    const before = reading.pyramids.length;
    server.thaw();
    await pictures(reading, before + 3);
  });

  it.each([
    ['401 Unauthorized', /user name or password refused/],
    ['404 Not Found', /no such stream/],
  ])('says what %s means', async (status, reason) => {
    await using server = await RefusingRtspServer.start(status);
    await using reading = read(camera(`rtsp://root:se%40cr%2Fet@127.0.0.1:${server.port}/live`));
    await state(reading, 'offline');
    expect(reading.statuses.at(-1)?.reason).toMatch(reason);
    expect(JSON.stringify(reading.statuses)).not.toMatch(/cr%2Fet|root/);
  });

  it('says that nobody listens there', async () => {
    await using reading = read(camera(`rtsp://127.0.0.1:${await freePort()}/live`));
    await state(reading, 'offline');
    expect(reading.statuses.at(-1)?.reason).toMatch(/connection refused/);
  });

  it('leaves no ffmpeg behind when the program is killed, also while the camera stalls', async () => {
    await using server = await RtspServer.start();
    const program = fileURLToPath(new URL('./orphan.ts', import.meta.url));
    const segments = await mkdtemp(join(tmpdir(), 'wordwatch-segments-'));
    const parent = spawn(process.execPath, ['--import', 'tsx', program, server.url, segments], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    expect(ffmpegsWith(server.url)).not.toEqual([]);
    server.freeze();
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(ffmpegsWith(server.url)).toEqual([]), { timeout: 30_000, interval: 200 });
    await rm(segments, { recursive: true });
  });
});

describe('HTTP', () => {
  /** A camera that sends one JPEG after the other, as many do. */
  async function startMjpeg(): Promise<Server> {
    const jpeg = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#c04020' } })
      .jpeg()
      .toBuffer();
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=next' });
      const timer = setInterval(() => {
        response.write(`--next\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
        response.write(jpeg);
        response.write('\r\n');
      }, 50);
      response.on('close', () => clearInterval(timer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  it('reads MJPEG, of which no clips can be made', async () => {
    const server = await startMjpeg();
    const segmentsFolder = await mkdtemp(join(tmpdir(), 'wordwatch-segments-'));
    try {
      const { port } = server.address() as { port: number };
      const options = { stallTimeoutMs: 20_000, segmentsFolder };
      await using reading = read(camera(`http://127.0.0.1:${port}/video.mjpg`, options));
      await pictures(reading);
      expect(reading.pyramids[0]!.sourceWidthPx).toBe(320);
      expect(await readdir(segmentsFolder)).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(segmentsFolder, { recursive: true });
    }
  });

  it('reads HLS: a playlist and its segments', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wordwatch-hls-'));
    const made = spawn(
      'ffmpeg',
      [
        ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=6', '-g', '10'],
        ...['-pix_fmt', 'yuv420p', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', 'live.m3u8'],
      ],
      { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    expect(await once(made, 'exit')).toEqual([0, null]);
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const name = basename(request.url!);
      asked.push(name);
      response.end(await readFile(join(folder, name)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as { port: number };
      await using reading = read(camera(`http://127.0.0.1:${port}/live.m3u8`, { fps: 2 }));
      await pictures(reading, 8);
      expect(reading.pyramids[0]!.sourceWidthPx).toBe(320);
      expect(asked.filter((name) => name.endsWith('.ts')).length).toBeGreaterThan(1);
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    }
  });
});
