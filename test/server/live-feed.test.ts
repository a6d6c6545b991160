import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { decodeFrame, ServerMessage } from '../../src/server/messages.js';
import { createServer, type WebServer, type WebServerOptions } from '../../src/server/server.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeScore, makeStatus } from '../fixtures/happenings.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 20_000 };
const logger = createLogger({ level: 'silent' });

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(
  options: Partial<WebServerOptions> = {},
): Promise<{ server: WebServer; world: WatchedWorld }> {
  const world = new WatchedWorld();
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    token: null,
    pageFolder: '/nonexistent',
    bus: world.bus,
    data: world,
    logger,
    ...options,
  });
  await server.start();
  open.push(() => server[Symbol.asyncDispose]());
  return { server, world };
}

class Client {
  readonly messages: ServerMessage[] = [];
  readonly frames: ReturnType<typeof decodeFrame>[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly socket: WebSocket;

  constructor(
    server: WebServer,
    { query = '', protocols = ['wordwatch'], headers = {} as Record<string, string> } = {},
  ) {
    this.socket = new WebSocket(`${server.url.replace('http', 'ws')}ws${query}`, protocols, { headers });
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(decodeFrame(data));
      else this.messages.push(ServerMessage.parse(JSON.parse(data.toString())));
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.socket.on('error', () => {});
    open.push(() => this.socket.terminate());
  }

  get seqs(): number[] {
    return this.of('event').map(({ event }) => event.seq);
  }

  of<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<ServerMessage, { type: T }>[];
  }

  async hello(): Promise<this> {
    await vi.waitFor(() => expect(this.of('hello')).toHaveLength(1), WAIT);
    return this;
  }
}

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

describe('live feed', () => {
  it('begins with hello, then sends what happens', async () => {
    const { server, world } = await serve();
    world.store();
    const client = await new Client(server).hello();
    expect(client.messages[0]).toMatchObject({
      type: 'hello',
      protocol: 1,
      lastSeq: 1,
      cameras: world.cameraList,
      rules: world.ruleList,
      model: { name: 'starter', demonstration: true, notice: expect.stringContaining('sample scenes') },
    });
    const event = world.raise();
    world.bus.emit('score', makeScore({ score: 1.23456 }));
    world.bus.emit('score', makeScore({ score: Number.NaN }));
    world.bus.emit('camera', makeStatus({ state: 'offline', reason: 'connection refused' }));
    world.bus.emit('rules', ['fire'], ['rules/yard.yaml:5:16 bad']);
    world.show({ jpeg: Buffer.from('picture') });
    await vi.waitFor(() => expect(client.frames).toHaveLength(1), WAIT);
    expect(client.of('event')).toEqual([{ type: 'event', event }]);
    expect(client.of('score').map(({ score }) => score)).toEqual([1.235]);
    expect(client.of('camera')[0]!.status).toMatchObject({ state: 'offline', reason: 'connection refused' });
    expect(client.of('rules')[0]).toMatchObject({
      rules: world.ruleList,
      problems: ['rules/yard.yaml:5:16 bad'],
    });
    expect(client.frames[0]!.jpeg.toString()).toBe('picture');
    expect(client.socket.protocol).toBe('wordwatch');
  });

  it('tells who comes later the newest picture and the problems of the rules', async () => {
    const { server, world } = await serve();
    world.show({ jpeg: Buffer.from('old') });
    world.show({ jpeg: Buffer.from('new') });
    world.bus.emit('rules', ['fire'], ['bad']);
    const client = await new Client(server).hello();
    await vi.waitFor(() => expect(client.frames).toHaveLength(1), WAIT);
    expect(client.frames[0]!.jpeg.toString()).toBe('new');
    expect(client.of('hello')[0]!.ruleProblems).toEqual(['bad']);
  });

  it('tells new problems', async () => {
    const { server, world } = await serve();
    const client = await new Client(server).hello();
    world.healthNow = { ok: false, problems: [{ part: 'mqtt', reason: 'connection refused' }] };
    await vi.waitFor(
      () => expect(client.of('problem').at(-1)?.problems).toEqual(world.healthNow.problems),
      WAIT,
    );
  });

  it('replays after a number, and goes on live without a gap or a double while events keep coming', async () => {
    const { server, world } = await serve();
    for (let i = 0; i < 3_000; i++) world.store();
    let raising = true;
    const raised = (async () => {
      while (raising) {
        world.raise();
        await delay(0);
      }
    })();
    const clients = [0, 1, 777, 2_999].map((after) => ({
      after,
      client: new Client(server, { query: `?after=${after}` }),
    }));
    for (const { client } of clients)
      await vi.waitFor(() => expect(client.seqs.at(-1)).toBeGreaterThan(3_100), WAIT);
    raising = false;
    await raised;
    const last = world.lastSeq();
    for (const { after, client } of clients) {
      await vi.waitFor(() => expect(client.seqs.at(-1)).toBe(last), WAIT);
      expect(client.seqs).toEqual(upTo(last, after + 1));
      expect(client.messages[0]!.type).toBe('hello');
    }
  });

  it('puts events in order that the bus tells out of order, and sends those it does not tell', async () => {
    const { server, world } = await serve();
    const client = await new Client(server, { query: '?after=0' }).hello();
    world.raise();
    const [second, third] = [world.store(), world.store()];
    world.bus.emit('event', third, null);
    world.bus.emit('event', second, null);
    world.store();
    world.raise();
    await vi.waitFor(() => expect(client.seqs.length).toBeGreaterThanOrEqual(5), WAIT);
    expect(client.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives a client of another store’s time only what is new', async () => {
    const { server, world } = await serve();
    world.store();
    const client = await new Client(server, { query: '?after=500' }).hello();
    expect(client.of('hello')[0]!.lastSeq).toBe(1);
    world.raise();
    await vi.waitFor(() => expect(client.seqs).toEqual([2]), WAIT);
  });
});

describe('live feed: clients', () => {
  it('takes a session cookie from our own page', async () => {
    const token = 'a-long-token';
    const { server } = await serve({ token });
    const signIn = await fetch(`${server.url}api/session`, {
      method: 'POST',
      body: JSON.stringify({ token }),
      headers: { 'content-type': 'application/json' },
    });
    const cookie = signIn.headers.get('set-cookie')!.split(';')[0]!;
    await new Client(server, { headers: { cookie, origin: server.url.slice(0, -1) } }).hello();
  });

  it('sends pictures of those cameras only that a client watches, the newest at once', async () => {
    const { server, world } = await serve();
    const client = await new Client(server).hello();
    const ids = () => client.frames.map(({ header }) => header.cameraId);
    const jpeg = Buffer.from('jpeg');
    client.socket.send('{"type":"watch","cameras":["door"]}');
    await vi.waitFor(() => {
      world.show({ cameraId: 'yard', jpeg });
      world.show({ cameraId: 'door', jpeg });
      expect(ids().slice(-2)).toEqual(['door', 'door']);
    }, WAIT);
    client.frames.length = 0;
    client.socket.send('{"type":"watch","cameras":["yard"]}');
    await vi.waitFor(() => expect(ids().at(-1)).toBe('yard'), WAIT);
  });

  it('sends the scores of a frame as one message to who asks for that', async () => {
    const { server, world } = await serve();
    const client = await new Client(server, { query: '?scores=together' }).hello();
    for (const ruleId of ['fire', 'truck']) world.bus.emit('score', makeScore({ ruleId }));
    await vi.waitFor(() => expect(client.messages.at(-1)?.type).toBe('scores'), WAIT);
    const told = client.messages.at(-1) as ServerMessage & { type: 'scores' };
    expect(told.scores.map(({ ruleId }) => ruleId)).toEqual(['fire', 'truck']);
  });

  it('closes a client that sends something else, or too much', async () => {
    const { server } = await serve();
    const talker = await new Client(server).hello();
    talker.socket.send('{"type":"hello"}');
    await vi.waitFor(() => expect(talker.closed?.code).toBe(1003), WAIT);
    const flooder = await new Client(server).hello();
    flooder.socket.send(Buffer.alloc(65 * 1024));
    await vi.waitFor(() => expect(flooder.closed?.code).toBe(1009), WAIT);
  });
});

describe('live feed: slow clients', () => {
  it('skips pictures and scores for one that does not read, and closes it when events pile up; others notice nothing', async () => {
    const { server, world } = await serve();
    const slow = await new Client(server).hello();
    const fast = await new Client(server).hello();
    slow.socket.pause();
    const jpeg = Buffer.alloc(300_000, 7);
    for (let i = 0; i < 60; i++) {
      world.show({ jpeg, atMs: i });
      world.bus.emit('score', makeScore({ atMs: i }));
      await vi.waitFor(() => expect(fast.frames.at(-1)?.header.atMs).toBe(i), WAIT);
    }
    const reason = 'x'.repeat(2_000);
    let raised = 0;
    for (; raised < 20_000; raised++) {
      world.raise({ modelHash: reason });
      if (raised % 500 === 0) await vi.waitFor(() => expect(fast.seqs.at(-1)).toBe(raised + 1), WAIT);
    }
    await vi.waitFor(() => expect(fast.seqs).toEqual(upTo(raised)), WAIT);
    slow.socket.resume();
    await vi.waitFor(() => expect(slow.closed).toMatchObject({ code: 4008 }), WAIT);
    // Newest only: most of the sixty pictures never left the program.
    expect(slow.frames.length).toBeLessThan(40);
    // It got the events without a hole up to where it was closed, and can resume there.
    expect(slow.seqs).toEqual(upTo(slow.seqs.length));
    const again = new Client(server, { query: `?after=${slow.seqs.length}` });
    await vi.waitFor(() => expect(again.seqs).toEqual(upTo(raised, slow.seqs.length + 1)), WAIT);
  });

  it('reads the past in portions when the client is slow', async () => {
    const { server, world } = await serve();
    for (let i = 0; i < 5_000; i++) world.store({ modelHash: 'x'.repeat(2_000) });
    const asked = vi.spyOn(world, 'events');
    const client = new Client(server, { query: '?after=0' });
    await once(client.socket, 'open');
    client.socket.pause();
    await delay(300);
    expect(asked.mock.calls.length).toBeLessThan(20);
    client.socket.resume();
    await vi.waitFor(() => expect(client.seqs).toEqual(upTo(5_000)), WAIT);
  });

  it('drops one that is gone without a goodbye', async () => {
    const { server } = await serve({ pingPeriodMs: 100 });
    const dead = await new Client(server).hello();
    const alive = await new Client(server).hello();
    dead.socket.pause();
    await vi.waitFor(() => expect(server.clients).toBe(1), WAIT);
    await delay(300);
    expect(alive.closed).toBe(null);
    expect(server.clients).toBe(1);
  });
});

describe('server', () => {
  it('says which port is taken and what to do', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(serve({ port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
      hint: expect.stringContaining('server.port'),
    });
    other.close();
  });

  it('refuses an address that is not this machine’s', async () => {
    await expect(serve({ host: '192.0.2.77', token: 'x' })).rejects.toMatchObject({ code: 'bad-host' });
  });

  it('stops with clients connected, tells them, and frees its port', async () => {
    const { server } = await serve();
    const { port } = server;
    const client = await new Client(server).hello();
    const deaf = await new Client(server).hello();
    deaf.socket.pause();
    await server[Symbol.asyncDispose]();
    expect(client.closed).toMatchObject({ code: 1001 });
    await serve({ port });
  });
});
