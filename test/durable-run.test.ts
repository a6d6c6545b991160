import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cli } from './fixtures/cli.js';
import { Mosquitto, Subscriber } from './fixtures/mosquitto.js';

const fire = fileURLToPath(new URL('../samples/fire-yard.mp4', import.meta.url));
const WAIT = { timeout: 90_000, interval: 100 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-durable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Takes whatever is posted. */
async function startReceiver() {
  const ids: string[] = [];
  const server = createServer((request, response) => {
    ids.push(String(request.headers['wordwatch-event-id']));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { ids, url: `http://127.0.0.1:${port}/`, [Symbol.dispose]: close };
}

describe('run', () => {
  it('survives a corrupt database, and tells after kill -9 what it could not tell before', async () => {
    await using broker = await Mosquitto.start();
    using receiver = await startReceiver();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'wordwatch.db'), 'no database'.repeat(1_000));
    const config = join(folder, 'wordwatch.yaml');
    writeFileSync(
      config,
      `cameras: [{id: yard, source: '${fire}', loop: true, start_offset: 14s}]
rules: [rules.yaml]
mqtt: {url: '${broker.url}'}
webhooks: [{id: phone, url: '${receiver.url}', phases: [start]}]
server: {port: 0}
`,
    );
    writeFileSync(
      join(folder, 'rules.yaml'),
      'rules: [{id: fire, when: [something is on fire, flames and smoke], not: [a sunset]}]',
    );
    await broker.kill();
    let id: string;
    {
      await using cli = new Cli(['run', '-c', config, '--json']);
      await vi.waitFor(() => expect(cli.lines().length).toBeGreaterThan(0), WAIT);
      ({ id } = cli.lines()[0]);
      await vi.waitFor(() => expect(receiver.ids).toEqual([id]), WAIT);
      const page = /page +(http\S+)/.exec(cli.stderr)![1]!;
      expect(await (await fetch(new URL('/healthz', page))).text()).toMatch(/database was corrupt/);
      expect(readdirSync(join(folder, 'data')).join()).toMatch(/wordwatch\.db\.corrupt-/);
    } // which is a kill -9
    await broker.restart();
    await using subscriber = await Subscriber.to(broker.url, { topic: 'wordwatch/events' });
    await using again = new Cli(['run', '-c', config, '--json']);
    await vi.waitFor(() => expect(subscriber.received.length).toBeGreaterThan(0), WAIT);
    expect(JSON.parse(subscriber.texts('wordwatch/events')[0]!)).toMatchObject({ id, seq: 1 });
    expect(again.stderr).not.toContain('corrupt');
  });
});
