import type { Bus } from '../bus.js';
import { messageOf } from '../shared/errors.js';
import type { AnnouncedComponents, AnnouncementStore } from '../store/announcement-store.js';
import type { Logger } from '../telemetry/logger.js';
import { type AnnouncedRule, type DevicePayload, devicePayload } from './home-assistant-payload.js';
import type { IncomingMessage, MqttPart, Outlet } from './mqtt-part.js';
import type { Topics } from './topics.js';

const ONLINE = Buffer.from('online');

/** What {@link createHomeAssistant} needs. */
export interface HomeAssistantOptions {
  topics: Topics;
  /** First part of all of our topics. */
  prefix: string;
  /** First part of Home Assistant's own, `homeassistant` unless somebody changed it there. */
  discoveryPrefix: string;
  /** Cameras to announce; none: what was announced before is taken back. */
  cameras: readonly { id: string; name: string }[];
  /** Rules in force on a camera; asked at start and whenever rules change. */
  rules: (cameraId: string) => readonly AnnouncedRule[];
  /** Of this program. */
  version: string;
  store: AnnouncementStore;
  bus: Bus;
  logger: Logger;
}

/**
 * Announces every camera to Home Assistant as a device, and its rules as the device's entities. What is gone is taken
 * back: of a rule, its entities are sent once more with nothing but their platform, then left out; of a camera, the
 * whole device. That holds for what went while the program was not running, too.
 */
export function createHomeAssistant(options: HomeAssistantOptions): MqttPart {
  return new HomeAssistant(options);
}

class HomeAssistant implements MqttPart {
  readonly filters: readonly string[];
  readonly #options: HomeAssistantOptions;
  /** What Home Assistant may know, by topic. */
  readonly #announced: Map<string, AnnouncedComponents>;
  /** What it is to know, by topic; an empty text takes a device back. */
  readonly #payloads = new Map<string, string>();
  #outlet: Outlet | null = null;

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
    this.filters = options.cameras.length > 0 ? [`${options.discoveryPrefix}/status`] : [];
    this.#announced = options.store.all();
  }

  start(outlet: Outlet): void {
    this.#outlet = outlet;
    this.#announce();
    this.#options.bus.on('rules', this.#announce);
  }

  stop(): void {
    this.#options.bus.off('rules', this.#announce);
  }

  /** Home Assistant has started, and knows of no device until it is told. */
  onMessage({ payload }: IncomingMessage): void {
    if (!payload.equals(ONLINE)) return;
    for (const topic of this.#payloads.keys()) this.#outlet!.resend(topic);
  }

  onConfirmed(topic: string, payload: string): void {
    if (this.#payloads.get(topic) !== payload) return;
    if (payload === '') this.#remember(topic, null);
    else this.#remember(topic, componentsOf(JSON.parse(payload)));
  }

  readonly #announce = (): void => {
    const { cameras, rules, discoveryPrefix, prefix, topics, version } = this.#options;
    const devices = new Map(
      cameras.map((camera) => {
        const topic = `${discoveryPrefix}/device/${prefix}_${camera.id}/config`;
        return [topic, devicePayload({ prefix, topics, camera, rules: rules(camera.id), version })];
      }),
    );
    for (const topic of new Set([...this.#announced.keys(), ...this.#payloads.keys()])) {
      if (!devices.has(topic)) this.#set(topic, '');
    }
    for (const [topic, device] of devices) this.#announceDevice(topic, device);
  };

  #announceDevice(topic: string, device: DevicePayload): void {
    const before = this.#announced.get(topic) ?? {};
    const now = componentsOf(device);
    const gone = Object.entries(before).filter(([name]) => now[name] === undefined);
    // Until it is confirmed, Home Assistant may know the old ones, the new ones, or both.
    if (Object.keys(now).some((name) => before[name] === undefined))
      this.#remember(topic, { ...before, ...now });
    if (gone.length === 0) {
      this.#set(topic, JSON.stringify(device));
      return;
    }
    const removals = Object.fromEntries(gone.map(([name, platform]) => [name, { platform }]));
    const first = JSON.stringify({ ...device, components: { ...device.components, ...removals } });
    this.#set(topic, JSON.stringify(device), { first });
  }

  #set(topic: string, payload: string, options?: { first: string }): void {
    this.#payloads.set(topic, payload);
    this.#outlet!.set(topic, payload, options);
  }

  #remember(topic: string, components: AnnouncedComponents | null): void {
    const { store, logger } = this.#options;
    if (components === null) this.#announced.delete(topic);
    else this.#announced.set(topic, components);
    try {
      if (components === null) store.remove(topic);
      else store.put(topic, components);
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'what Home Assistant was told is not written');
    }
  }
}

function componentsOf({ components }: Pick<DevicePayload, 'components'>): AnnouncedComponents {
  return Object.fromEntries(Object.entries(components).map(([name, { platform }]) => [name, platform]));
}
