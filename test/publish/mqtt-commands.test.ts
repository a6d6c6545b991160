import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBus } from '../../src/bus.js';
import { createMqttCommands } from '../../src/publish/mqtt-commands.js';
import { createTopics } from '../../src/publish/topics.js';
import { SwitchChange } from '../../src/shared/rule-switch.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { fuzzRuns } from '../fixtures/fuzz-runs.js';
import { Mosquitto, Subscriber, Wire } from '../fixtures/mosquitto.js';
import { MqttWorld, say } from '../fixtures/mqtt-world.js';

const WAIT = { timeout: 20_000 };
const FIRE = { cameraId: 'yard', ruleId: 'fire' };

let folder: string;
let databasePath: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-commands-'));
  databasePath = join(folder, 'wordwatch.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(['3.1.1', 5])('MQTT commands, protocol %s', (protocol) => {
  it('switch a rule on a camera and are acknowledged by what the broker keeps', async () => {
    await using broker = await Mosquitto.start();
    await using subscriber = await Subscriber.to(broker.url);
    await using world = new MqttWorld({ mqtt: { url: broker.url, protocol }, databasePath });
    const topic = (leaf: string) => `wordwatch/yard/fire/${leaf}`;
    await vi.waitFor(() => expect(subscriber.texts(topic('budget'))).toEqual(['1']), WAIT);
    expect(subscriber.texts(topic('enabled'))).toEqual(['ON']);
    expect(subscriber.texts(topic('snooze'))).toEqual(['0']);
    expect(subscriber.texts('wordwatch/door/parcel/budget')).toEqual([]);

    await say(broker.url, topic('set'), 'OFF');
    await say(broker.url, topic('snooze/set'), '90');
    await say(broker.url, topic('budget/set'), '2.5');
    await vi.waitFor(() => expect(subscriber.texts(topic('budget'))).toEqual(['1', '2.5']), WAIT);
    expect(subscriber.texts(topic('enabled'))).toEqual(['ON', 'OFF']);
    expect(subscriber.texts(topic('snooze'))).toEqual(['0', '90']);
    expect(world.switches.get(FIRE)).toMatchObject({ enabled: false, budgetPerDay: 2.5 });
    expect(world.switches.get({ cameraId: 'door', ruleId: 'fire' })).toMatchObject({ enabled: true });

    await using late = await Subscriber.to(broker.url);
    await vi.waitFor(() => expect(late.texts(topic('enabled'))).toEqual(['OFF']), WAIT);
    world.change([{ id: 'flood' }]);
    await vi.waitFor(() => expect(late.texts(topic('budget'))).toEqual(['2.5', '']), WAIT);
    expect(late.texts(topic('enabled'))).toEqual(['OFF', '']);
    expect(late.texts('wordwatch/yard/flood/enabled')).toEqual(['ON']);
  });
});

describe('MQTT commands', () => {
  it('that the broker kept are not obeyed, at no reconnect; others are, after every one', async () => {
    await using broker = await Mosquitto.start();
    await say(broker.url, 'wordwatch/yard/fire/set', 'OFF', { retain: true });
    await using wire = await Wire.to(broker.port);
    await using world = new MqttWorld({ mqtt: { url: wire.url }, databasePath });
    await using subscriber = await Subscriber.to(broker.url, { topic: 'wordwatch/yard/fire/snooze' });
    for (const minutes of ['5', '6']) {
      await vi.waitFor(() => expect(world.publisher.health().connected).toBe(true), WAIT);
      // Until the subscription is there, a command is lost, as MQTT has it.
      await vi.waitFor(async () => {
        await say(broker.url, 'wordwatch/yard/fire/snooze/set', minutes);
        expect(subscriber.texts('wordwatch/yard/fire/snooze')).toContain(minutes);
      }, WAIT);
      wire.cut();
      await vi.waitFor(() => expect(world.publisher.health().connected).toBe(false), WAIT);
      wire.mend();
    }
    expect(world.switches.get(FIRE)).toMatchObject({ enabled: true });
  });

  it('that are none change nothing and are logged, but not all of them', async () => {
    await using broker = await Mosquitto.start();
    await using world = new MqttWorld({ mqtt: { url: broker.url }, databasePath });
    await using subscriber = await Subscriber.to(broker.url, { topic: 'wordwatch/yard/fire/enabled' });
    await vi.waitFor(() => expect(subscriber.received).toHaveLength(1), WAIT);
    const before = world.switches.get(FIRE);
    const bad: [string, string | Buffer][] = [
      ['wordwatch/yard/fire/set', 'off'],
      ['wordwatch/yard/fire/set', Buffer.alloc(1_000_000)],
      ['wordwatch/yard/fire/snooze/set', '-1'],
      ['wordwatch/yard/fire/snooze/set', '1441'],
      ['wordwatch/yard/fire/snooze/set', 'NaN'],
      ['wordwatch/yard/fire/budget/set', '0'],
      ['wordwatch/yard/fire/budget/set', '1e3'],
      ['wordwatch/yard/fire/budget/set', '1001'],
      ['wordwatch/door/parcel/budget/set', '2'],
      ['wordwatch/yard/parcel/set', 'OFF'],
      ['wordwatch/Yard evil/fire/set', 'OFF'],
    ];
    for (const [topic, payload] of bad) await say(broker.url, topic, payload);
    await say(broker.url, 'wordwatch/yard/fire/set', 'OFF');
    await vi.waitFor(() => expect(subscriber.received).toHaveLength(2), WAIT);
    expect(world.switches.get(FIRE)).toEqual({ ...before, enabled: false });
    const warnings = world.log.filter((line) => line.includes('MQTT command ignored'));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0]!)).toMatchObject({
      ...{ topic: 'wordwatch/yard/fire/set', reason: 'expected ON or OFF', level: 40 },
    });
    expect(world.log.join()).not.toContain('evil');
  });

  it('count a snooze down by the minute', () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const told: string[] = [];
      const part = createMqttCommands({
        topics: createTopics('wordwatch'),
        switches: {
          get: () => ({
            enabled: true,
            snoozedUntilMs: Date.now() < 90_000 ? 90_000 : null,
            budgetPerDay: null,
          }),
          set: () => null,
        },
        ...{ pairs: () => [FIRE], bus: createBus(), logger: createLogger({ level: 'silent' }) },
      });
      part.start({
        set: (topic, payload) => {
          if (topic === 'wordwatch/yard/fire/snooze' && told.at(-1) !== payload) told.push(payload);
        },
        ...{ remove: () => {}, resend: () => {} },
      });
      vi.advanceTimersByTime(120_000);
      part.stop();
      expect(told).toEqual(['2', '1', '0']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('never let anything through that is not valid, whatever is published', () => {
    const seen: unknown[] = [];
    const part = createMqttCommands({
      topics: createTopics('wordwatch'),
      switches: {
        get: () => null,
        set: (_pair, change) => {
          seen.push(SwitchChange.parse(change));
          return null;
        },
      },
      ...{ pairs: () => [], bus: createBus(), logger: createLogger({ level: 'silent' }) },
    });
    const topic = fc
      .constantFrom('set', 'snooze/set', 'budget/set')
      .map((leaf) => `wordwatch/yard/fire/${leaf}`);
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: fc.constantFrom(...'0123456789.-+eEONFxX \n') }).map((text) => Buffer.from(text)),
      fc
        .constantFrom('ON', 'OFF', '0', '1440', '1000', '1440.0001', '0000', '')
        .map((text) => Buffer.from(text)),
      fc.double().map((number) => Buffer.from(String(number))),
    );
    const message = fc.record({ topic: fc.oneof(topic, fc.string()), payload, retain: fc.boolean() });
    fc.assert(
      fc.property(message, (given) => part.onMessage(given)),
      { numRuns: fuzzRuns(20_000), seed: 5 },
    );
    // Some of it was valid, or the test would show nothing.
    expect(seen.length).toBeGreaterThan(200);
  });
});
