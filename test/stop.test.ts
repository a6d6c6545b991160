import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cli } from './fixtures/cli.js';
import { Mosquitto, Subscriber } from './fixtures/mosquitto.js';

const fire = fileURLToPath(new URL('../samples/fire-yard.mp4', import.meta.url));
const WAIT = { timeout: 90_000, interval: 100 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-stop-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The service with a camera on which there is a fire. */
function run(name: string, brokerUrl: string): Cli {
  const rules = join(folder, `${name}-rules.yaml`);
  writeFileSync(
    rules,
    'rules: [{id: fire, when: [something is on fire, flames and smoke], not: [a sunset], severity: critical}]\n',
  );
  const lines = [
    `cameras: [{id: yard, source: '${fire}', loop: true, start_offset: 15s, fps: 2}]`,
    ...[
      `rules: ['${rules}']`,
      `mqtt: {url: '${brokerUrl}'}`,
      'server: {port: 0}',
      `store: {path: ${name}-data}`,
    ],
  ];
  const config = join(folder, `${name}.yaml`);
  writeFileSync(config, `${lines.join('\n')}\n`);
  return new Cli(['run', '-c', config, '--json', '--log', 'json']);
}

/** What stderr says, a line at a time: all of it is JSON. */
// biome-ignore lint/suspicious/noExplicitAny: whatever is logged
function log(cli: Cli): any[] {
  return cli.stderr
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

async function pageOf(cli: Cli): Promise<string> {
  await vi.waitFor(() => expect(log(cli).map(({ msg }) => msg)).toContain('watching'), WAIT);
  return log(cli).find(({ msg }) => msg === 'watching').pageUrl;
}

/** A broker that says hello and confirms nothing. */
async function silentBroker(): Promise<{ server: Server; url: string }> {
  const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(CONNACK));
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}` };
}

describe('a stop', () => {
  it('ends open events, waits until the broker has them, and is no failure', async () => {
    await using broker = await Mosquitto.start();
    await using subscriber = await Subscriber.to(broker.url);
    await using cli = run('orderly', broker.url);
    const page = await pageOf(cli);
    expect(await (await fetch(new URL('/readyz', page))).json()).toEqual({ ready: true });
    await vi.waitFor(() => expect(cli.lines().map(({ phase }) => phase)).toEqual(['start']), WAIT);
    // The confirmation may come a moment after the terminal has it.
    await vi.waitFor(async () => {
      const numbers = await (await fetch(new URL('/metrics', page))).text();
      for (const line of [
        /^wordwatch_events_total\{camera="yard",rule="fire",severity="critical"\} 1$/m,
        /^wordwatch_score_latency_seconds_count\{camera="yard"\} [1-9]/m,
        /^wordwatch_publish_latency_seconds_count\{destination="mqtt"\} 1$/m,
        /^wordwatch_destination_up\{destination="mqtt"\} 1$/m,
      ])
        expect(line.test(numbers), String(line)).toBe(true);
    }, WAIT);
    cli.process.kill('SIGTERM');
    expect((await cli.ended).exitCode).toBe(0);
    const raised = cli.lines().map(({ id, phase }) => `${id} ${phase}`);
    expect(raised).toHaveLength(2);
    const received = () => subscriber.texts('wordwatch/events').map((text) => JSON.parse(text));
    await vi.waitFor(() => expect(received().map(({ id, phase }) => `${id} ${phase}`)).toEqual(raised), WAIT);
    expect(subscriber.texts('wordwatch/status').at(-1)).toBe('offline');
    expect(log(cli).length).toBeGreaterThan(0);
  });

  it('is at once when it is asked for twice', async () => {
    const { server, url } = await silentBroker();
    await using cli = run('twice', url);
    const page = await pageOf(cli);
    await vi.waitFor(() => expect(cli.lines().length).toBe(1), WAIT);
    cli.process.kill('SIGINT');
    // The page is closed before the broker is waited for.
    await vi.waitFor(() => expect(fetch(page)).rejects.toThrow(), WAIT);
    expect(cli.process.exitCode).toBeNull();
    const askedMs = performance.now();
    cli.process.kill('SIGTERM');
    await cli.ended;
    expect(cli.process.signalCode).toBe('SIGTERM');
    expect(performance.now() - askedMs).toBeLessThan(3_000);
    server.close();
  });
});
