import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Bus, createBus } from '../../src/bus.js';
import {
  createMqttPublisher,
  type MqttPublisher,
  type MqttPublisherOptions,
} from '../../src/publish/mqtt-publisher.js';
import { makeEvent, makeScore, makeStatus } from '../fixtures/happenings.js';
import { freePort, Mosquitto, Subscriber, Wire } from '../fixtures/mosquitto.js';

const WAIT = { timeout: 20_000 };
const JPEG = Buffer.from([0xff, 0xd8, 0, 1, 0xff, 0xd9]);
const RULES = [
  { id: 'fire', cameras: null },
  { id: 'parcel', cameras: ['door'] },
];

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part[Symbol.asyncDispose]();
});

function keep<T extends AsyncDisposable>(part: T): T {
  open.push(part);
  return part;
}

function startPublisher(options: Partial<MqttPublisherOptions> & { url: string }): {
  publisher: MqttPublisher;
  bus: Bus;
  log: string[];
} {
  const log: string[] = [];
  const sink = new Writable({
    write: (line, _encoding, done) => {
      log.push(String(line));
      done();
    },
  });
  const bus = createBus();
  const publisher = createMqttPublisher({
    prefix: 'wordwatch',
    bus,
    logger: pino({ level: 'info' }, sink),
    rules: () => RULES,
    cameras: ['yard', 'door'],
    retry: { firstMs: 50, maxMs: 200 },
    ...options,
  });
  keep(publisher).start();
  return { publisher, bus, log };
}

describe.each([4, 5] as const)('MQTT publisher, protocol version %i', (protocolVersion) => {
  it('publishes an event with its state, attributes and picture, and keeps only what is true now', async () => {
    const broker = keep(await Mosquitto.start());
    const live = keep(await Subscriber.to(broker.url, { protocolVersion }));
    const { bus, publisher } = startPublisher({ url: broker.url, protocolVersion });
    bus.emit('camera', makeStatus({ cameraId: 'yard', state: 'online' }));
    const start = makeEvent({ seq: 1 });
    bus.emit('event', start, JPEG);
    await vi.waitFor(() => expect(live.texts('wordwatch/events')).toHaveLength(1), WAIT);

    expect(JSON.parse(live.texts('wordwatch/yard/fire/event')[0]!)).toEqual({
      ...start,
      event_type: 'start',
    });
    const late = keep(await Subscriber.to(broker.url, { protocolVersion }));
    await vi.waitFor(() => expect(late.texts('wordwatch/yard/fire/snapshot')).toHaveLength(1), WAIT);
    const kept = Object.fromEntries(
      late.received.map(({ topic, payload }) => [topic, payload.toString('latin1')]),
    );
    expect(kept).toEqual({
      'wordwatch/status': 'online',
      'wordwatch/problems': '[]',
      'wordwatch/yard/status': 'online',
      'wordwatch/door/status': 'offline',
      'wordwatch/yard/fire/state': 'ON',
      'wordwatch/door/fire/state': 'OFF',
      'wordwatch/door/parcel/state': 'OFF',
      'wordwatch/yard/fire/attributes': JSON.stringify({
        threshold: 4,
        thresholdState: 'fixed',
        expectedFalseAlarmsPerDay: null,
        tile: start.tile,
        model: 'abc',
      }),
      'wordwatch/yard/fire/snapshot': JPEG.toString('latin1'),
    });

    bus.emit('event', makeEvent({ seq: 2, id: start.id, phase: 'end', endedAtMs: 5 }), null);
    await vi.waitFor(() => expect(late.texts('wordwatch/yard/fire/state')).toEqual(['ON', 'OFF']), WAIT);
    // A camera that is connected but sees nothing is not there; one that sees badly is.
    for (const kind of ['blurred', 'black', 'slow'] as const) {
      bus.emit('camera', makeStatus({ cameraId: 'yard', health: { kind, sinceMs: 5 } }));
      const expected = {
        blurred: ['online'],
        black: ['online', 'offline'],
        slow: ['online', 'offline', 'online'],
      };
      await vi.waitFor(() => expect(late.texts('wordwatch/yard/status')).toEqual(expected[kind]), WAIT);
    }
    await publisher[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(late.texts('wordwatch/status')).toEqual(['online', 'offline']), WAIT);
    expect(live.received.find(({ topic }) => topic === 'wordwatch/events')).toMatchObject({ qos: 1 });
  });

  it('sends what happened during an outage afterwards, in order and with the original times', async () => {
    const broker = keep(await Mosquitto.start());
    const wire = keep(await Wire.to(broker.port));
    const { bus, publisher, log } = startPublisher({ url: wire.url, protocolVersion });
    await vi.waitFor(() => expect(publisher.health().connected).toBe(true), WAIT);

    wire.cut();
    await broker.kill();
    const id = makeEvent({ seq: 0 }).id;
    for (let seq = 1; seq <= 300; seq++)
      bus.emit('event', makeEvent({ seq, id, phase: seq === 1 ? 'start' : 'update' }), JPEG);
    expect(publisher.health()).toMatchObject({ waiting: 300, dropped: 0 });

    await broker.restart();
    const subscriber = keep(await Subscriber.to(broker.url, { protocolVersion }));
    wire.mend();
    await vi.waitFor(() => expect(publisher.health().waiting).toBe(0), WAIT);
    await vi.waitFor(() => expect(subscriber.texts('wordwatch/events')).toHaveLength(300), WAIT);

    const events = subscriber.texts('wordwatch/yard/fire/event').map((text) => JSON.parse(text));
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(events[41]).toMatchObject({ atMs: 1_700_000_000_042 });
    // The broker forgot everything; what is true now is there again, once.
    expect(subscriber.texts('wordwatch/status')).toEqual(['online']);
    expect(subscriber.texts('wordwatch/yard/fire/state')).toEqual(['ON']);
    expect(subscriber.texts('wordwatch/door/parcel/state')).toEqual(['OFF']);
    expect(subscriber.texts('wordwatch/yard/fire/snapshot')).toHaveLength(1);
    expect(log.filter((line) => line.includes('MQTT broker lost'))).toHaveLength(1);
  });

  it('loses nothing and keeps the order when the connection breaks again and again under load', async () => {
    const broker = keep(await Mosquitto.start());
    const subscriber = keep(await Subscriber.to(broker.url, { protocolVersion, topic: 'wordwatch/events' }));
    const wire = keep(await Wire.to(broker.port));
    const { bus, publisher } = startPublisher({ url: wire.url, protocolVersion });
    const total = 2_000;
    for (let seq = 1; seq <= total; seq++) {
      bus.emit('event', makeEvent({ seq, phase: 'update' }), null);
      if (seq % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      if (seq % 400 === 0) {
        wire.cut();
        wire.mend();
      }
    }
    await vi.waitFor(() => expect(publisher.health()).toMatchObject({ waiting: 0 }), WAIT);
    await vi.waitFor(
      () => expect(subscriber.texts('wordwatch/events').at(-1)).toContain(`"seq":${total},`),
      WAIT,
    );
    const seqs = subscriber.texts('wordwatch/events').map((text) => JSON.parse(text).seq as number);
    // At least once: what was not confirmed comes again, behind what is already known.
    expect([...new Set(seqs)]).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  });
});

describe('MQTT publisher', () => {
  it('leaves its last will when the program is killed', async () => {
    const broker = keep(await Mosquitto.start());
    const subscriber = keep(await Subscriber.to(broker.url));
    const entry = fileURLToPath(new URL('./publisher-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', entry, broker.url], { stdio: 'ignore' });
    await vi.waitFor(() => expect(subscriber.texts('wordwatch/status')).toEqual(['online']), WAIT);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vi.waitFor(() => expect(subscriber.texts('wordwatch/status')).toEqual(['online', 'offline']), WAIT);
    const late = keep(await Subscriber.to(broker.url));
    await vi.waitFor(() => expect(late.texts('wordwatch/status')).toEqual(['offline']), WAIT);
  });

  it('warns once while there is no broker, keeps at most as many events as it says, and starts by itself', async () => {
    const port = await freePort();
    const url = `mqtt://me:hunter2@127.0.0.1:${port}`;
    const { bus, publisher, log } = startPublisher({ url, retry: { firstMs: 5, maxMs: 20 } });
    for (let seq = 1; seq <= 10_003; seq++) bus.emit('event', makeEvent({ seq, phase: 'update' }), null);
    expect(publisher.health()).toMatchObject({ connected: false, waiting: 10_000, dropped: 3 });
    await vi.waitFor(() => expect(publisher.health().reason).toContain('ECONNREFUSED'), WAIT);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const warnings = log.filter((line) => line.includes('not reachable'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('correct mqtt.url');
    expect(log.join()).not.toContain('hunter2');
  });

  it('says what to check when the broker refuses the user, without the password', async () => {
    const broker = keep(await Mosquitto.start(['allow_anonymous false']));
    const { log } = startPublisher({ url: broker.url, username: 'me', password: 'hunter2' });
    await vi.waitFor(() => expect(log.join()).toContain('Check mqtt.username and mqtt.password'), WAIT);
    expect(log.join()).not.toContain('hunter2');
  });

  it('sends a score at most once a second for each camera and rule', async () => {
    const broker = keep(await Mosquitto.start());
    const subscriber = keep(await Subscriber.to(broker.url));
    const { bus, publisher } = startPublisher({ url: broker.url });
    await vi.waitFor(() => expect(publisher.health().connected).toBe(true), WAIT);
    const untilMs = performance.now() + 1_500;
    while (performance.now() < untilMs) {
      bus.emit('score', makeScore({ score: 1.23456 }));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    bus.emit('score', makeScore({ cameraId: 'door', score: Number.NaN }));
    const scores = () => subscriber.received.filter(({ topic }) => topic === 'wordwatch/yard/fire/score');
    await vi.waitFor(() => expect(scores().length).toBeGreaterThanOrEqual(2), WAIT);
    expect(scores().length).toBeLessThanOrEqual(3);
    expect(scores()[0]).toMatchObject({ qos: 0, retain: false, payload: Buffer.from('1.235') });
    expect(subscriber.texts('wordwatch/door/fire/score')).toEqual([]);
  });

  it('follows changed rules: new pairs are OFF, those that are gone are forgotten, problems are told', async () => {
    const broker = keep(await Mosquitto.start());
    let rules = RULES;
    const { bus, publisher } = startPublisher({ url: broker.url, rules: () => rules });
    bus.emit('event', makeEvent({ seq: 1, cameraId: 'door', ruleId: 'parcel' }), JPEG);
    await vi.waitFor(() => expect(publisher.health()).toMatchObject({ connected: true, waiting: 0 }), WAIT);
    rules = [{ id: 'smoke', cameras: ['yard'] }];
    bus.emit('rules', ['smoke'], ['rules/yard.yaml:5:16 bad']);
    bus.emit('event', makeEvent({ seq: 2, cameraId: 'door', ruleId: 'parcel', phase: 'end' }), null);
    await vi.waitFor(() => expect(publisher.health().waiting).toBe(0), WAIT);
    const late = keep(await Subscriber.to(broker.url));
    await vi.waitFor(() => expect(late.texts('wordwatch/yard/smoke/state')).toEqual(['OFF']), WAIT);
    expect(late.received.map(({ topic }) => topic).sort()).toEqual([
      'wordwatch/door/status',
      'wordwatch/problems',
      'wordwatch/status',
      'wordwatch/yard/smoke/state',
      'wordwatch/yard/status',
    ]);
    expect(late.texts('wordwatch/problems')).toEqual(['["rules/yard.yaml:5:16 bad"]']);
  });

  it.each(['http://broker:1883', 'broker', 'mqtt://', ''])('refuses the address %j', (url) => {
    expect(() => startPublisher({ url })).toThrow(/not the address of a broker/);
  });
});
