import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DetectionEvent } from '../src/detect/event.js';
import { SystemInfo } from '../src/server/api/system-routes.js';
import { openBrowser } from './fixtures/browser.js';
import { Cli } from './fixtures/cli.js';
import { Mosquitto, Subscriber } from './fixtures/mosquitto.js';
import { say } from './fixtures/mqtt-world.js';
import { RtspServer } from './fixtures/rtsp.js';

// The whole program as people run it: a camera over RTSP, a broker and a browser of their own.

const fire = fileURLToPath(new URL('../samples/fire-yard.mp4', import.meta.url));
const WAIT = { timeout: 90_000, interval: 200 };
/** A word in the source that must never be seen again. */
const SECRET = 'hunter2';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-run-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function configure(name: string, { cameras, brokerUrl }: { cameras: string; brokerUrl: string }): string {
  const path = join(folder, `${name}.yaml`);
  const rules = join(folder, `${name}-rules.yaml`);
  writeFileSync(rules, RULES);
  const mqtt = `mqtt: {url: '${brokerUrl}'}`;
  const lines = [cameras, `rules: ['${rules}']`, mqtt, 'server: {port: 0}', `store: {path: ${name}-data}`];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const RULES =
  'rules:\n  - {id: fire, when: [something is on fire, flames and smoke], not: [a sunset], severity: critical}\n';

/** Address of the page, once the program is up. */
async function pageOf(cli: Cli): Promise<string> {
  await vi.waitFor(() => expect(cli.stderr).toMatch(/page +http/), WAIT);
  return /page +(http\S+)/.exec(cli.stderr)![1]!;
}

describe('run', () => {
  it('raises an event of an RTSP camera at a real broker and on the page, and survives the camera', async () => {
    await using rtsp = await RtspServer.start(fire);
    await using broker = await Mosquitto.start();
    const url = rtsp.url.replace('rtsp://', `rtsp://viewer:${SECRET}@`);
    const config = configure('rtsp', {
      cameras: `cameras: [{id: yard, source: '${url}', fps: 2, stall_timeout: 5s}]\nclips: {enabled: true}`,
      brokerUrl: broker.url,
    });
    const subscriber = spawn(
      'mosquitto_sub',
      ['-p', String(broker.port), '-t', 'wordwatch/#', '-F', '%t %p'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let received = '';
    subscriber.stdout.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    await using cli = new Cli(['run', '-c', config, '--json']);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(await pageOf(cli));
      // The terminal, the broker and the page say the same.
      await vi.waitFor(() => expect(cli.lines().length).toBeGreaterThan(0), WAIT);
      const event = DetectionEvent.parse(cli.lines()[0]);
      expect(event).toMatchObject({ cameraId: 'yard', ruleId: 'fire', phase: 'start', severity: 'critical' });
      await vi.waitFor(() => expect(received).toContain(`wordwatch/events`), WAIT);
      expect(received).toContain(event.id);
      expect(received).toMatch(/wordwatch\/yard\/fire\/state ON/);
      expect(received).toMatch(/wordwatch\/yard\/status online/);
      await vi.waitFor(async () => expect(await page.locator('body').textContent()).toMatch(/fire/i), WAIT);
      await vi.waitFor(async () => expect(await page.locator('.card img').count()).toBeGreaterThan(0), WAIT);

      const system = SystemInfo.parse(await (await fetch(new URL('/api/system', page.url()))).json());
      expect(system).toMatchObject({
        versions: { node: process.versions.node, ffmpeg: expect.any(String) },
        model: { name: 'starter', device: 'cpu', runsAt: 'here', reason: null },
        cameras: [{ cameraId: 'yard', latencyMs: expect.anything() }],
        destinations: [{ name: 'mqtt', connected: true, waiting: 0 }],
      });
      expect(system.cameras[0]!.scoredFps).toBeGreaterThan(0);
      expect(system.store.snapshots.files).toBeGreaterThan(0);
      expect(system.store.eventsBytes).toBeGreaterThan(4096);

      // The camera goes away and comes back by itself.
      await rtsp.kill();
      await vi.waitFor(() => expect(received).toMatch(/wordwatch\/yard\/status offline/), WAIT);
      const before = received.length;
      await rtsp.restart();
      await vi.waitFor(() => expect(received.slice(before)).toMatch(/wordwatch\/yard\/status online/), WAIT);
      await vi.waitFor(() => expect(received.slice(before)).toMatch(/wordwatch\/yard\/fire\/score/), WAIT);

      // On a busy machine frames were missed, which is said for half a minute.
      let said = '';
      await vi.waitFor(async () => {
        const health = await fetch(new URL('/healthz', page.url()));
        said = await health.text();
        expect(health.status, `${said} ${cli.stderr}`).toBe(200);
      }, WAIT);
      const told = [cli.stderr, cli.stdout, received, await page.content(), said].join('\n');
      expect(told).not.toContain(SECRET);

      // An orderly end is told, too.
      cli.process.kill('SIGTERM');
      expect((await cli.ended).exitCode).toBe(0);
      await vi.waitFor(() => expect(received).toMatch(/wordwatch\/status offline/), WAIT);
      expect(existsSync(join(folder, 'rtsp-data', 'clips', `${event.id}.mp4`)), cli.stderr).toBe(true);
    } finally {
      await browser.close();
      subscriber.kill();
    }
  }, 300_000);

  it('takes changed rules over while it runs, and keeps the last good ones when an edit is broken', async () => {
    await using broker = await Mosquitto.start();
    const config = configure('reload', {
      cameras: `cameras: [{id: yard, source: '${fire}', loop: true, start_offset: 20s}]`,
      brokerUrl: broker.url,
    });
    const rules = join(folder, 'reload-rules.yaml');
    writeFileSync(rules, RULES.replace('something is on fire, flames and smoke', 'a truck'));
    await using cli = new Cli(['run', '-c', config, '--json']);
    await pageOf(cli);
    writeFileSync(rules, 'rules:\n  - {id: fire, when: []}\n');
    await vi.waitFor(() => expect(cli.stderr).toMatch(/reload-rules\.yaml:2:.*at least one phrase/), WAIT);
    expect(cli.lines()).toEqual([]);
    writeFileSync(rules, RULES);
    await vi.waitFor(() => expect(cli.stderr).toMatch(/rules taken over/), WAIT);
    await vi.waitFor(() => expect(cli.lines().map(({ ruleId }) => ruleId)).toContain('fire'), WAIT);

    // Home Assistant is told of it, and its switch is in force at once: the event that is open ends.
    await using subscriber = await Subscriber.to(broker.url);
    const topic = 'homeassistant/device/wordwatch_yard/config';
    await vi.waitFor(() => expect(subscriber.texts(topic)).toHaveLength(1), WAIT);
    const { components, origin } = JSON.parse(subscriber.texts(topic)[0]!);
    expect(origin.sw_version).toMatch(/^\d+\.\d+\.\d+$/);
    await say(broker.url, components.fire_enabled.command_topic, 'OFF');
    const isOff = () => expect(subscriber.texts('wordwatch/yard/fire/enabled')).toEqual(['ON', 'OFF']);
    await vi.waitFor(isOff, WAIT);
    await vi.waitFor(() => expect(cli.lines().at(-1)).toMatchObject({ ruleId: 'fire', phase: 'end' }), WAIT);
  });

  it('goes on watching while a camera is missing and the broker is away, and tells the broker later', async () => {
    await using broker = await Mosquitto.start();
    const config = configure('faults', {
      cameras: `cameras: [{id: gone, source: nowhere.mp4}, {id: yard, source: '${fire}', loop: true, start_offset: 14s}]`,
      brokerUrl: broker.url,
    });
    await broker.kill();
    await using cli = new Cli(['run', '-c', config, '--json']);
    const page = await pageOf(cli);
    await vi.waitFor(() => expect(cli.lines().length).toBeGreaterThan(0), WAIT);
    const health = await fetch(new URL('/healthz', page));
    expect(health.status).toBe(503);
    expect(await health.text()).toMatch(/camera gone.*mqtt/s);
    await broker.restart();
    await using subscriber = await Subscriber.to(broker.url);
    await vi.waitFor(
      () => expect(subscriber.texts('wordwatch/events').join()).toContain(cli.lines()[0].id),
      WAIT,
    );
  });
});
