import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBus } from '../../src/bus.js';
import { Delivery } from '../../src/publish/delivery.js';
import type { DestinationsConfig } from '../../src/publish/destinations.js';
import { EventQueue } from '../../src/publish/event-queue.js';
import { runCommand } from '../../src/publish/exec.js';
import {
  type Answer,
  logTo,
  Receiver,
  type Request,
  HOOK_TOKEN as SECRET,
  Sender,
} from '../fixtures/deliveries.js';
import { makeEvent } from '../fixtures/happenings.js';

const WAIT = { timeout: 20_000, interval: 10 };
const ANY = { rules: null, cameras: null, phases: null };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-deliveries-'));
});
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const startReceiver = async (answer: Answer) => keep(await Receiver.start(answer));
const startSender = (config: Partial<DestinationsConfig>, env: Record<string, string> = {}) =>
  keep(new Sender({ folder, config, env }));

function keep<T extends AsyncDisposable>(part: T): T {
  open.push(part);
  return part;
}

const webhook = (url: string, given: object = {}) => ({
  webhooks: [{ id: 'phone', url, secret: SECRET, timeoutMs: 2_000, ...ANY, ...given }],
});

function end(status: number, headers: Record<string, string> = {}) {
  return (_request: Request, _count: number, response: ServerResponse) => {
    response.writeHead(status, headers).end();
  };
}

describe('a webhook', () => {
  it('gets what it wants, in order, signed, with id and number', async () => {
    const receiver = await startReceiver(end(204));
    const sender = startSender(webhook(receiver.url, { rules: ['fire'], phases: ['start', 'end'] }));
    for (const phase of ['start', 'update', 'end'] as const) sender.raise({ phase });
    sender.raise({ ruleId: 'dog' });
    sender.raise();
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 3, 5]), WAIT);
    const { headers, body } = receiver.requests[1]!;
    expect(JSON.parse(body)).toEqual(sender.store.at(3));
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'wordwatch-event-id': JSON.parse(body).id,
      'wordwatch-event-seq': '3',
    });
    const timestamp = String(headers['wordwatch-timestamp']);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    const hmac = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex');
    expect(headers['wordwatch-signature']).toBe(`sha256=${hmac}`);
    await vi.waitFor(
      () => expect(sender.health).toMatchObject({ waiting: 0, refused: 0, reason: null }),
      WAIT,
    );
  });

  it('is tried again until it takes the event, those behind it waiting', async () => {
    const receiver = await startReceiver((request, count, response) =>
      end(count === 1 ? 500 : 200)(request, count, response),
    );
    const sender = startSender(webhook(receiver.url));
    sender.raise();
    sender.raise();
    await vi.waitFor(() => expect(sender.health.reason).toBe('the server answers 500'), WAIT);
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 1, 2]), WAIT);
    await vi.waitFor(() => expect(sender.health).toMatchObject({ waiting: 0, reason: null }), WAIT);
    expect(sender.log.join()).not.toContain(SECRET);
  });

  it('is left alone for as long as it asks for', async () => {
    const receiver = await startReceiver((request, count, response) =>
      end(count === 1 ? 429 : 200, { 'retry-after': '2' })(request, count, response),
    );
    const sender = startSender(webhook(receiver.url));
    sender.raise();
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1]), WAIT);
    const sinceMs = performance.now();
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 1]), WAIT);
    expect(performance.now() - sinceMs).toBeGreaterThan(1_900);
  });

  it('loses what it refuses, and nothing else', async () => {
    const receiver = await startReceiver((request, count, response) =>
      end(request.seq === 1 ? 400 : 200)(request, count, response),
    );
    const sender = startSender(webhook(receiver.url));
    sender.raise();
    sender.raise();
    await vi.waitFor(
      () => expect(sender.health).toMatchObject({ waiting: 0, refused: 1, reason: null }),
      WAIT,
    );
    expect(receiver.seqs).toEqual([1, 2]);
    expect(sender.log.join()).toContain('the server answers 400');
  });

  it('is not followed to another address, and says so', async () => {
    const other = await startReceiver(end(200));
    const receiver = await startReceiver(end(307, { location: other.url }));
    const sender = startSender(webhook(receiver.url));
    sender.raise();
    await vi.waitFor(() => expect(sender.health.reason).toContain('redirect, which is not followed'), WAIT);
    expect(other.requests).toEqual([]);
    expect(sender.health.waiting).toBe(1);
  });

  it('may hang or be away: the event waits for it, also over a restart', async () => {
    const hanging = await startReceiver(() => {});
    const first = startSender(webhook(hanging.url, { timeoutMs: 100 }));
    first.raise();
    first.raise();
    await vi.waitFor(() => expect(first.health.reason).toBe('no answer within 0.1 s'), WAIT);
    await first[Symbol.asyncDispose]();
    expect(first.log.join()).toContain('they wait for the next start');

    const away = startSender(webhook('http://127.0.0.1:1/'));
    await vi.waitFor(() => expect(away.health.reason).not.toBeNull(), WAIT);
    await away[Symbol.asyncDispose]();

    const receiver = await startReceiver(end(200));
    const second = startSender(webhook(receiver.url));
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 2]), WAIT);
    await vi.waitFor(() => expect(second.health.waiting).toBe(0), WAIT);
  });

  it('gets what is under way when the program stops', async () => {
    const receiver = await startReceiver((_request, _count, response) => {
      setTimeout(() => response.end(), 200);
    });
    const sender = startSender(webhook(receiver.url));
    sender.raise();
    sender.raise();
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1]), WAIT);
    await sender[Symbol.asyncDispose]();
    expect(receiver.seqs).toEqual([1, 2]);
    expect(sender.store.outbox('webhook/phone').size).toBe(0);
  });
});

describe('a command', () => {
  const command = (script: string, given: object = {}) => {
    const path = join(folder, 'command.mjs');
    writeFileSync(path, script);
    const run = [process.execPath, path, '$(touch pwned)'];
    return { commands: [{ id: 'siren', run, timeoutMs: 10_000, ...ANY, ...given }] };
  };
  /** Appends a line, made by an expression, to the file `out`. */
  const appending = (line: string) => `
    import { appendFileSync, readFileSync } from 'node:fs';
    const out = (text) => appendFileSync(${JSON.stringify(join(folder, 'out'))}, text + '\\n');
    const stdin = readFileSync(0, 'utf8');
    out(${line});`;
  const lines = () => readFileSync(join(folder, 'out'), 'utf8').split('\n').filter(Boolean);

  it('gets the event on stdin, its id in the environment, and nothing else', async () => {
    const sender = startSender(
      command(appending('JSON.stringify({ argv: process.argv.slice(2), env: process.env, stdin })')),
      { PATH: '/usr/bin', WORDWATCH_TOKEN: SECRET },
    );
    sender.raise();
    await vi.waitFor(() => expect(lines()).toHaveLength(1), WAIT);
    const { argv, env, stdin } = JSON.parse(lines()[0]!);
    const event = sender.store.at(1)!;
    expect(argv).toEqual(['$(touch pwned)']);
    expect(JSON.parse(stdin)).toEqual(event);
    expect(env).toEqual({
      PATH: '/usr/bin',
      WORDWATCH_EVENT_ID: event.id,
      WORDWATCH_EVENT_SEQ: '1',
      WORDWATCH_EVENT_PHASE: 'start',
    });
    await vi.waitFor(() => expect(sender.health.waiting).toBe(0), WAIT);
  });

  it('runs again when it fails, one at a time and in order', async () => {
    const sender = startSender(
      command(`${appending('JSON.parse(stdin).seq')}
      import { existsSync, writeFileSync } from 'node:fs';
      const failed = ${JSON.stringify(join(folder, 'failed'))};
      if (!existsSync(failed)) { writeFileSync(failed, ''); process.exitCode = 7; }`),
    );
    sender.raise();
    sender.raise();
    await vi.waitFor(() => expect(sender.health.reason).toBe('it ended with 7'), WAIT);
    await vi.waitFor(() => expect(lines()).toEqual(['1', '1', '2']), WAIT);
    await vi.waitFor(
      () => expect(sender.health).toMatchObject({ waiting: 0, refused: 0, reason: null }),
      WAIT,
    );
  });

  it('is ended with what it has started when it takes too long', async () => {
    const sender = startSender(
      command(
        `import { spawn } from 'node:child_process';
        ${appending(`spawn('/bin/sleep', ['1000'], { stdio: 'ignore' }).pid`)}
        out(process.pid);
        process.on('SIGTERM', () => {}); // deaf
        setInterval(() => {}, 1000);`,
        { timeoutMs: 1_500 },
      ),
    );
    sender.raise();
    await vi.waitFor(() => expect(sender.health.reason).toBe('it took more than 1.5 s'), WAIT);
    const [sleeper, pid] = lines().map(Number) as [number, number];
    await vi.waitFor(() => expect([sleeper, pid].filter(isRunning)).toEqual([]), WAIT);
  });

  it('that is not there loses the event after some attempts, which is counted, and not those behind it', async () => {
    const log: string[] = [];
    const bus = createBus();
    const delivery = new Delivery({
      ...{ name: 'command/siren', outbox: new EventQueue(9), bus, logger: logTo(log) },
      ...{ attempts: 2, retry: { firstMs: 10, maxMs: 10 } },
      send: (event, signal) => {
        const program = event.seq === 1 ? '/nonexistent/siren' : '/bin/true';
        return runCommand(event, { run: [program], timeoutMs: 10_000, env: {}, signal });
      },
    });
    open.push(delivery);
    delivery.start();
    for (const seq of [1, 2]) bus.emit('event', makeEvent({ seq }), null);
    await vi.waitFor(
      () => expect(delivery.health()).toMatchObject({ waiting: 0, refused: 1, reason: null }),
      WAIT,
    );
    expect(log.filter((line) => line.includes('there is no program /nonexistent/siren'))).toHaveLength(2);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z';
  } catch {
    return false;
  }
}
