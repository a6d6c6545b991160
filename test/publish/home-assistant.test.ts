import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { RuleConfig } from '../../src/config/rule-schema.js';
import { makeEvent, makeScore, makeStatus } from '../fixtures/happenings.js';
import {
  BINARY_SENSOR_CLASSES,
  BinarySensor,
  Device,
  DISCOVERY_TOPIC,
  EventEntity,
  ImageEntity,
  NumberEntity,
  Removal,
  Sensor,
  Switch,
} from '../fixtures/home-assistant-schema.js';
import { Mosquitto, Subscriber, Wire } from '../fixtures/mosquitto.js';
import { MqttWorld, type MqttWorldOptions, say } from '../fixtures/mqtt-world.js';

const WAIT = { timeout: 20_000 };
const YARD = 'homeassistant/device/wordwatch_yard/config';
const DOOR = 'homeassistant/device/wordwatch_door/config';

let folder: string;
const open: AsyncDisposable[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-discovery-'));
});
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function keep<T extends AsyncDisposable>(part: T): T {
  open.push(part);
  return part;
}

function startWorld(
  url: string,
  options: Omit<Partial<MqttWorldOptions>, 'mqtt'> & { mqtt?: object } = {},
): MqttWorld {
  const { mqtt = {}, ...others } = options;
  const databasePath = join(folder, 'wordwatch.db');
  return keep(new MqttWorld({ ...others, databasePath, mqtt: { ...mqtt, url } }));
}

/** What a subscriber got on a discovery topic, oldest first; null: the device is taken back. */
function devices(subscriber: Subscriber, topic: string): (z.infer<typeof Device> | null)[] {
  expect(topic).toMatch(DISCOVERY_TOPIC);
  return subscriber.texts(topic).map((text) => (text === '' ? null : Device.parse(JSON.parse(text))));
}

async function announced(topic: string): Promise<z.infer<typeof Device>> {
  const broker = keep(await Mosquitto.start());
  startWorld(broker.url);
  const subscriber = keep(await Subscriber.to(broker.url));
  await vi.waitFor(() => expect(devices(subscriber, topic)).toHaveLength(1), WAIT);
  const message = subscriber.received.find((received) => received.topic === topic);
  expect(message).toMatchObject({ qos: 1 });
  return devices(subscriber, topic)[0]!;
}

describe('what Home Assistant gets', () => {
  it('is a device for each camera, which is unavailable when the camera is blind or the program is gone', async () => {
    const { components, ...device } = await announced(DOOR);
    expect(device).toEqual({
      device: {
        identifiers: ['wordwatch/door'],
        name: 'The door',
        manufacturer: 'wordwatch',
        model: 'camera watched by rules in words',
        sw_version: '1.2.3',
      },
      origin: { name: 'wordwatch', sw_version: '1.2.3' },
      availability: [{ topic: 'wordwatch/status' }, { topic: 'wordwatch/door/status' }],
      availability_mode: 'all',
    });
    // A rule with a fixed threshold has no budget.
    expect(Object.keys(components)).toEqual([
      ...[
        'fire_state',
        'fire_event',
        'fire_snapshot',
        'fire_score',
        'fire_enabled',
        'fire_snooze',
        'fire_budget',
      ],
      ...[
        'parcel_state',
        'parcel_event',
        'parcel_snapshot',
        'parcel_score',
        'parcel_enabled',
        'parcel_snooze',
      ],
    ]);
    const ids = Object.values(components).map((component) => (component as { unique_id: string }).unique_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  const own = 'wordwatch/yard/fire';
  const config = { entity_category: 'config' };
  it.each<[string, z.ZodType, object]>([
    [
      'state',
      BinarySensor,
      {
        ...{
          platform: 'binary_sensor',
          default_entity_id: 'binary_sensor.wordwatch_yard_fire',
          name: 'Fire',
        },
        ...{ device_class: 'smoke', state_topic: `${own}/state`, json_attributes_topic: `${own}/attributes` },
      },
    ],
    [
      'event',
      EventEntity,
      {
        ...{ platform: 'event', default_entity_id: 'event.wordwatch_yard_fire_event', name: 'Fire event' },
        ...{ state_topic: `${own}/event`, event_types: ['start', 'update', 'end'] },
      },
    ],
    [
      'snapshot',
      ImageEntity,
      {
        ...{
          platform: 'image',
          default_entity_id: 'image.wordwatch_yard_fire_snapshot',
          name: 'Fire picture',
        },
        ...{ image_topic: `${own}/snapshot`, content_type: 'image/jpeg' },
      },
    ],
    [
      'score',
      Sensor,
      {
        ...{ platform: 'sensor', default_entity_id: 'sensor.wordwatch_yard_fire_score', name: 'Fire score' },
        ...{ state_topic: `${own}/score`, state_class: 'measurement', suggested_display_precision: 2 },
      },
    ],
    [
      'enabled',
      Switch,
      {
        ...{
          platform: 'switch',
          default_entity_id: 'switch.wordwatch_yard_fire_enabled',
          name: 'Fire enabled',
        },
        ...{ state_topic: `${own}/enabled`, command_topic: `${own}/set`, ...config },
      },
    ],
    [
      'snooze',
      NumberEntity,
      {
        ...{
          platform: 'number',
          default_entity_id: 'number.wordwatch_yard_fire_snooze',
          name: 'Fire snooze',
        },
        ...{ state_topic: `${own}/snooze`, command_topic: `${own}/snooze/set`, ...config },
        ...{ min: 0, max: 1440, step: 1, mode: 'box', unit_of_measurement: 'min' },
      },
    ],
    [
      'budget',
      NumberEntity,
      {
        ...{ platform: 'number', default_entity_id: 'number.wordwatch_yard_fire_budget' },
        ...{ name: 'Fire false alarms a day', min: 0.001, max: 1000, step: 0.001, mode: 'box' },
        ...{ state_topic: `${own}/budget`, command_topic: `${own}/budget/set`, ...config },
      },
    ],
  ])('as component %s is what its platform takes', async (kind, schema, expected) => {
    const { components } = await announced(YARD);
    const component = components[`fire_${kind}`];
    expect(schema.parse(component)).toEqual({ ...expected, unique_id: `${own}/${kind}` });
  });

  it('on the topics that are named there is what the platforms read', async () => {
    const broker = keep(await Mosquitto.start());
    const live = keep(await Subscriber.to(broker.url));
    const { bus, publisher } = startWorld(broker.url);
    await vi.waitFor(() => expect(publisher.health().connected).toBe(true), WAIT);
    bus.emit('camera', makeStatus({ state: 'online' }));
    bus.emit('event', makeEvent({ seq: 1 }), Buffer.from([0xff, 0xd8, 0xff]));
    bus.emit('score', makeScore({ score: 1.5 }));
    await vi.waitFor(() => expect(live.texts('wordwatch/events')).toHaveLength(1), WAIT);
    const { components, availability } = devices(live, YARD)[0]!;
    const read = (name: string, key: string) =>
      live.texts((components[name] as unknown as Record<string, string>)[key]!).at(-1)!;
    expect(availability!.map(({ topic }) => live.texts(topic).at(-1))).toEqual(['online', 'online']);
    expect(read('fire_state', 'state_topic')).toBe('ON');
    expect(JSON.parse(read('fire_state', 'json_attributes_topic'))).toMatchObject({ threshold: 4 });
    const event = JSON.parse(read('fire_event', 'state_topic'));
    expect((components.fire_event as { event_types: string[] }).event_types).toContain(event.event_type);
    expect(Number(read('fire_score', 'state_topic'))).toBe(1.5);
    expect(read('fire_enabled', 'state_topic')).toBe('ON');
    expect(Number(read('fire_snooze', 'state_topic'))).toBe(0);
    expect(Number(read('fire_budget', 'state_topic'))).toBe(1);
    await say(broker.url, (components.fire_enabled as { command_topic: string }).command_topic, 'OFF');
    await vi.waitFor(() => expect(read('fire_enabled', 'state_topic')).toBe('OFF'), WAIT);
  });

  it('has the device classes that Home Assistant has', () => {
    const rule = (device_class: string) => RuleConfig.safeParse({ id: 'a', when: 'b', device_class });
    for (const name of BINARY_SENSOR_CLASSES) expect(rule(name).data?.deviceClass).toBe(name);
    expect(rule('fire').success).toBe(false);
  });
});

describe('what Home Assistant has got', () => {
  it('is taken back for a rule that is gone, also one that went over a restart, and while the broker was away', async () => {
    const broker = keep(await Mosquitto.start());
    const live = keep(await Subscriber.to(broker.url));
    const first = startWorld(broker.url, { rules: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
    await vi.waitFor(() => expect(devices(live, YARD)).toHaveLength(1), WAIT);
    const componentsSeen = () =>
      devices(live, YARD).map((device) =>
        Object.entries(device!.components)
          .filter(([name]) => name.endsWith('_state'))
          .map(([name, component]) => (Removal.safeParse(component).success ? `-${name[0]}` : name[0])),
      );
    first.change([{ id: 'b' }, { id: 'c' }]);
    await vi.waitFor(() => expect(devices(live, YARD)).toHaveLength(3), WAIT);
    await first[Symbol.asyncDispose]();
    open.splice(open.indexOf(first), 1);

    const wire = keep(await Wire.to(broker.port));
    const second = startWorld(wire.url, { rules: [{ id: 'c' }, { id: 'd' }] });
    await vi.waitFor(() => expect(devices(live, YARD)).toHaveLength(5), WAIT);
    await vi.waitFor(() => expect(second.publisher.health().connected).toBe(true), WAIT);
    wire.cut();
    await vi.waitFor(() => expect(second.publisher.health().connected).toBe(false), WAIT);
    second.change([{ id: 'd' }]);
    wire.mend();
    await vi.waitFor(() => expect(devices(live, YARD)).toHaveLength(7), WAIT);
    expect(componentsSeen()).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c', '-a'],
      ['b', 'c'],
      ['c', 'd', '-b'],
      ['c', 'd'],
      ['d', '-c'],
      ['d'],
    ]);
  });

  it('is taken back for a camera that is gone, and for all of them when nothing is to be announced any more', async () => {
    const broker = keep(await Mosquitto.start());
    const live = keep(await Subscriber.to(broker.url));
    const first = startWorld(broker.url);
    await vi.waitFor(() => expect(devices(live, DOOR)).toHaveLength(1), WAIT);
    await first[Symbol.asyncDispose]();
    const second = startWorld(broker.url, { cameras: ['yard'] });
    await vi.waitFor(() => expect(devices(live, DOOR)).toEqual([expect.anything(), null]), WAIT);
    expect(devices(live, YARD).at(-1)).not.toBeNull();
    await second[Symbol.asyncDispose]();
    const third = startWorld(broker.url, { mqtt: { discovery: false } });
    await vi.waitFor(() => expect(devices(live, YARD).at(-1)).toBeNull(), WAIT);
    await third[Symbol.asyncDispose]();
    open.splice(2);
    const late = keep(await Subscriber.to(broker.url, { topic: 'homeassistant/#' }));
    await say(broker.url, 'homeassistant/end', '');
    await vi.waitFor(() => expect(late.received).toHaveLength(1), WAIT);
  });

  it('is sent again when Home Assistant starts, and when the broker has lost its memory', async () => {
    const broker = keep(await Mosquitto.start());
    const live = keep(await Subscriber.to(broker.url));
    const world = startWorld(broker.url, { mqtt: { discovery_prefix: 'ha', protocol: 5 } });
    const topic = 'ha/device/wordwatch_yard/config';
    await vi.waitFor(() => expect(devices(live, topic)).toHaveLength(1), WAIT);
    await say(broker.url, 'ha/status', 'offline');
    await vi.waitFor(async () => {
      await say(broker.url, 'ha/status', 'online');
      expect(devices(live, topic).length).toBeGreaterThan(1);
    }, WAIT);
    expect(devices(live, topic).at(-1)).toEqual(devices(live, topic)[0]);
    await broker.kill();
    await broker.restart();
    const after = keep(await Subscriber.to(broker.url));
    await vi.waitFor(() => expect(devices(after, topic)).toHaveLength(1), WAIT);
    await vi.waitFor(() => expect(world.publisher.health().connected).toBe(true), WAIT);
  });
});
