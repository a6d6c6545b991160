import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { SKIP_LIMIT_BYTES } from '../../src/server/live-client.js';
import { createServer } from '../../src/server/server.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeScore } from '../fixtures/happenings.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const VIEWERS = 100;
const EVENTS = 30;
const PICTURES = 40;
const WAIT = { timeout: 20_000 };

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

it('a hundred viewers get events while one of them never reads, and each message is made once', async () => {
  const world = new WatchedWorld();
  const logger = createLogger({ level: 'silent' });
  const fixed = { host: '127.0.0.1', port: 0, token: null, pageFolder: '/nonexistent' };
  const server = createServer({ ...fixed, bus: world.bus, data: world, logger });
  await server.start();
  open.push(() => server[Symbol.asyncDispose]());
  const view = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}ws`, 'wordwatch');
    open.push(() => socket.terminate());
    await once(socket, 'message');
    return socket;
  };
  const deaf = await view();
  const pictures: Buffer[] = [];
  deaf.on('message', (data: Buffer, isBinary) => {
    if (isBinary) pictures.push(data);
  });
  deaf.pause();
  const jpeg = Buffer.alloc(SKIP_LIMIT_BYTES, 7);
  for (let i = 0; i < PICTURES; i++) {
    world.show({ jpeg });
    await turn();
  }
  world.show({ jpeg: Buffer.from('small') });

  let received = 0;
  /** Of the first viewer. */
  const seqs: number[] = [];
  const viewers = await Promise.all(Array.from({ length: VIEWERS }, view));
  for (const viewer of viewers)
    viewer.on('message', (data: Buffer, isBinary) => {
      if (!isBinary && data.includes('"type":"event"')) received++;
    });
  viewers[0]!.on('message', (data: Buffer, isBinary) => {
    const message = isBinary ? null : JSON.parse(data.toString());
    if (message?.type === 'event') seqs.push(message.event.seq);
  });
  const encoded = vi.spyOn(JSON, 'stringify');
  for (let i = 1; i <= EVENTS; i++) {
    for (let n = 0; n < 10; n++) world.bus.emit('score', makeScore({ atMs: i * 1000 + n }));
    world.raise();
    await vi.waitFor(() => expect(received).toBe(i * VIEWERS), { ...WAIT, interval: 2 });
  }
  const messages = encoded.mock.calls.filter(([value]) => /^(event|score)$/.test(value?.type)).length;
  encoded.mockRestore();
  expect(messages).toBe(EVENTS * 11);
  // Events of two cameras that overtake each other are put in order once, not by every viewer.
  const read = vi.spyOn(world, 'events');
  const [first, second] = [world.store(), world.store()];
  for (const event of [second, first]) world.bus.emit('event', event, null);
  await vi.waitFor(() => expect(received).toBe((EVENTS + 2) * VIEWERS), WAIT);
  expect(seqs).toEqual(Array.from({ length: EVENTS + 2 }, (_, i) => i + 1));
  expect(read).toHaveBeenCalledTimes(1);
  // It was stuck indeed: most pictures never left the program.
  deaf.resume();
  await vi.waitFor(() => expect(pictures.at(-1)?.includes('small')).toBe(true), WAIT);
  expect(pictures.length).toBeLessThan(PICTURES);
});
