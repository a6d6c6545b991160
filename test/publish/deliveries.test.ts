import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bus, createBus } from '../../src/bus.js';
import { Delivery } from '../../src/publish/delivery.js';
import { Deliveries, type DestinationsConfig, destinationsOf } from '../../src/publish/destinations.js';
import { EventQueue } from '../../src/publish/event-queue.js';
import { runCommand } from '../../src/publish/exec.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { EventStore } from '../../src/store/event-store.js';
import { makeEvent } from '../fixtures/happenings.js';

const WAIT = { timeout: 20_000, interval: 10 };
const SECRET = 'hunter2-hunter2';
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

interface Request {
  headers: IncomingMessage['headers'];
  body: string;
  seq: number;
}

/** A server that answers as it is told; without an answer it hangs. */
class Receiver implements AsyncDisposable {
  readonly requests: Request[] = [];
  readonly #server: Server;

  private constructor(answer: (request: Request, count: number, response: ServerResponse) => void) {
    this.#server = createServer(async (incoming, response) => {
      let body = '';
      for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
      const request = { headers: incoming.headers, body, seq: JSON.parse(body).seq };
      this.requests.push(request);
      answer(request, this.requests.length, response);
    });
  }

  static async start(
    answer: (request: Request, count: number, response: ServerResponse) => void,
  ): Promise<Receiver> {
    const receiver = new Receiver(answer);
    open.push(receiver);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}/hook?token=${SECRET}`;
  }

  get seqs(): number[] {
    return this.requests.map(({ seq }) => seq);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The part of the service that sends events, on a database of its own. */
class Sender implements AsyncDisposable {
  readonly log: string[] = [];
  readonly bus: Bus = createBus();
  readonly store: EventStore;
  readonly deliveries: Deliveries;
  readonly #close: () => void;

  constructor(given: Partial<DestinationsConfig>, env: Record<string, string> = {}) {
    open.push(this);
    const config = { webhooks: [], commands: [], ...given };
    const logger = logTo(this.log);
    const database = openDatabase(databasePath(folder));
    this.#close = () => database.close();
    this.store = new EventStore(database, logger, destinationsOf(config));
    const outbox = (name: string) => this.store.outbox(name);
    this.deliveries = new Deliveries({ config, outbox, env, bus: this.bus, logger });
    this.deliveries.start();
  }

  raise(given: Partial<ReturnType<typeof makeEvent>> = {}): void {
    const { seq: _, ...event } = makeEvent({ seq: 0, ...given });
    this.bus.emit('event', this.store.append(event), null);
  }

  get health() {
    return this.deliveries.health()[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (open.includes(this)) open.splice(open.indexOf(this), 1);
    await this.deliveries[Symbol.asyncDispose]();
    this.store[Symbol.dispose]();
    this.#close();
  }
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
    const receiver = await Receiver.start(end(204));
    const sender = new Sender(webhook(receiver.url, { rules: ['fire'], phases: ['start', 'end'] }));
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
    const receiver = await Receiver.start((request, count, response) =>
      end(count === 1 ? 500 : 200)(request, count, response),
    );
    const sender = new Sender(webhook(receiver.url));
    sender.raise();
    sender.raise();
    await vi.waitFor(() => expect(sender.health.reason).toBe('the server answers 500'), WAIT);
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 1, 2]), WAIT);
    await vi.waitFor(() => expect(sender.health).toMatchObject({ waiting: 0, reason: null }), WAIT);
    expect(sender.log.join()).not.toContain(SECRET);
  });

  it('is left alone for as long as it asks for', async () => {
    const receiver = await Receiver.start((request, count, response) =>
      end(count === 1 ? 429 : 200, { 'retry-after': '2' })(request, count, response),
    );
    const sender = new Sender(webhook(receiver.url));
    sender.raise();
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1]), WAIT);
    const sinceMs = performance.now();
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 1]), WAIT);
    expect(performance.now() - sinceMs).toBeGreaterThan(1_900);
  });

  it('loses what it refuses, and nothing else', async () => {
    const receiver = await Receiver.start((request, count, response) =>
      end(request.seq === 1 ? 400 : 200)(request, count, response),
    );
    const sender = new Sender(webhook(receiver.url));
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
    const other = await Receiver.start(end(200));
    const receiver = await Receiver.start(end(307, { location: other.url }));
    const sender = new Sender(webhook(receiver.url));
    sender.raise();
    await vi.waitFor(() => expect(sender.health.reason).toContain('redirect, which is not followed'), WAIT);
    expect(other.requests).toEqual([]);
    expect(sender.health.waiting).toBe(1);
  });

  it('may hang or be away: the event waits for it, also over a restart', async () => {
    const hanging = await Receiver.start(() => {});
    const first = new Sender(webhook(hanging.url, { timeoutMs: 100 }));
    first.raise();
    first.raise();
    await vi.waitFor(() => expect(first.health.reason).toBe('no answer within 0.1 s'), WAIT);
    await first[Symbol.asyncDispose]();
    expect(first.log.join()).toContain('they wait for the next start');

    const away = new Sender(webhook('http://127.0.0.1:1/'));
    await vi.waitFor(() => expect(away.health.reason).not.toBeNull(), WAIT);
    await away[Symbol.asyncDispose]();

    const receiver = await Receiver.start(end(200));
    const second = new Sender(webhook(receiver.url));
    await vi.waitFor(() => expect(receiver.seqs).toEqual([1, 2]), WAIT);
    await vi.waitFor(() => expect(second.health.waiting).toBe(0), WAIT);
  });

  it('gets what is under way when the program stops', async () => {
    const receiver = await Receiver.start((_request, _count, response) => {
      setTimeout(() => response.end(), 200);
    });
    const sender = new Sender(webhook(receiver.url));
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
    const sender = new Sender(
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
    const sender = new Sender(
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
    const sender = new Sender(
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

function logTo(lines: string[]) {
  const write = (line: unknown, _encoding: unknown, done: () => void) => {
    lines.push(String(line));
    done();
  };
  return pino({ level: 'debug' }, new Writable({ write }));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z';
  } catch {
    return false;
  }
}
