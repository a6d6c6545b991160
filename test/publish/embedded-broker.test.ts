import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Writable } from 'node:stream';
import mqtt from 'mqtt';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createBus } from '../../src/bus.js';
import { createEmbeddedBroker } from '../../src/publish/embedded-broker.js';
import { createMqttPublisher } from '../../src/publish/mqtt-publisher.js';
import { FAILURES_ALLOWED } from '../../src/shared/failure-limit.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeEvent } from '../fixtures/happenings.js';
import { Subscriber } from '../fixtures/mosquitto.js';

const logger = createLogger({ level: 'silent' });
const WAIT = { timeout: 20_000 };

describe('embedded broker', () => {
  it('carries events from the publisher to a subscriber, and what is retained to a late one', async () => {
    await using broker = createEmbeddedBroker({ port: 0, logger });
    await broker.start();
    const bus = createBus();
    await using publisher = createMqttPublisher({
      url: broker.url,
      prefix: 'wordwatch',
      bus,
      logger,
      rules: () => [{ id: 'fire', cameras: null }],
      cameras: ['yard'],
    });
    await using live = await Subscriber.to(broker.url);
    publisher.start();
    for (let seq = 1; seq <= 200; seq++) bus.emit('event', makeEvent({ seq }), Buffer.from('jpeg'));
    await vi.waitFor(() => expect(live.texts('wordwatch/events')).toHaveLength(200), WAIT);
    for (const topic of ['wordwatch/yard/fire/event', 'wordwatch/events']) {
      const seqs = live.texts(topic).map((text) => JSON.parse(text).seq);
      expect(seqs).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    }
    await using late = await Subscriber.to(broker.url);
    await vi.waitFor(() => expect(late.texts('wordwatch/yard/fire/snapshot')).toEqual(['jpeg']), WAIT);
    expect(late.texts('wordwatch/yard/fire/state')).toEqual(['ON']);
    expect(late.texts('wordwatch/events')).toEqual([]);
  });

  it('keeps nothing for subscribers that are away', async () => {
    await using broker = createEmbeddedBroker({ port: 0, logger });
    await broker.start();
    const options = { clientId: 'away', clean: false, reconnectPeriod: 0 };
    const first = await mqtt.connectAsync(broker.url, options);
    await first.subscribeAsync('#', { qos: 1 });
    await first.endAsync();
    const again = mqtt.connect(broker.url, options);
    const present = await new Promise((resolve) =>
      again.once('connect', (ack) => resolve(ack.sessionPresent)),
    );
    await again.endAsync();
    expect(present).toBe(false);
  });

  it('says which port is taken and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const broker = createEmbeddedBroker({ port, logger });
    await expect(broker.start()).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
      hint: expect.stringContaining(`mqtt://127.0.0.1:${port}`),
    });
    other.close();
  });

  it('is reached from this machine only', async () => {
    await using broker = createEmbeddedBroker({ port: 0, logger });
    await broker.start();
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address && !address.internal && address.family === 'IPv4');
    if (!outside) return; // a machine without a network
    const client = mqtt.connect(`mqtt://${outside.address}:${broker.port}`, { reconnectPeriod: 0 });
    const error = await new Promise((resolve) => client.once('error', resolve));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    client.end(true);
  });

  it('with users lets in these and the program, and whoever guesses only so often', async () => {
    const log: string[] = [];
    const sink = new Writable({
      write: (line, _encoding, done) => {
        log.push(String(line));
        done();
      },
    });
    const me = { username: 'me', password: 'correct-horse' };
    await using broker = createEmbeddedBroker({
      ...{ host: '0.0.0.0', port: 0, users: [{ name: 'me', password: me.password }] },
      logger: pino({ level: 'info' }, sink),
    });
    await broker.start();
    expect(broker.url).toBe(`mqtt://127.0.0.1:${broker.port}`);
    const enter = async (options: object) => {
      const client = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0, ...options }, false);
      await client.endAsync();
    };
    await enter(me);
    const wrong = [{}, { username: 'me' }, { ...me, username: 'you' }, { ...me, password: 'correct-hors' }];
    for (const options of wrong) await expect(enter(options)).rejects.toThrow(/not authorized|user/i);
    await enter(me);
    for (let i = wrong.length; i < FAILURES_ALLOWED; i++) await expect(enter({})).rejects.toThrow();
    // The right one comes too late now, but never the program's own.
    await expect(enter(me)).rejects.toThrow();
    const bus = createBus();
    await using publisher = createMqttPublisher({
      ...{ url: broker.url, prefix: 'wordwatch', bus, logger, rules: () => [], cameras: [] },
      ...{ username: broker.ownUser!.name, password: broker.ownUser!.password },
    });
    publisher.start();
    await vi.waitFor(() => expect(publisher.health().connected).toBe(true), WAIT);
    expect(log.map((line) => JSON.parse(line).msg)).toEqual([
      'MQTT client refused: bad user name or password',
      'MQTT client shut out for a minute',
    ]);
    expect(log.join()).not.toContain('correct');
  });

  it('closes while clients are connected, and frees its port', async () => {
    const broker = createEmbeddedBroker({ port: 0, logger });
    await broker.start();
    const { port } = broker;
    const subscriber = await Subscriber.to(broker.url);
    await broker[Symbol.asyncDispose]();
    await using next = createEmbeddedBroker({ port, logger });
    await next.start();
    await subscriber[Symbol.asyncDispose]();
  });
});
