import type { Pair, Topics } from './topics.js';

/** A rule as Home Assistant is told of it. */
export interface AnnouncedRule {
  id: string;
  name: string;
  /** Home Assistant's device class of its binary sensor; null: none fits. */
  deviceClass: string | null;
  /** Whether its threshold is worked out from a number of false alarms a day. */
  hasBudget: boolean;
}

/** One entity of a device. */
export interface Component {
  platform: string;
  [key: string]: unknown;
}

/** A device as Home Assistant's discovery wants it. */
export interface DevicePayload {
  device: Record<string, unknown>;
  origin: { name: string; sw_version: string };
  availability: { topic: string }[];
  availability_mode: 'all';
  components: Record<string, Component>;
}

/** What {@link devicePayload} is made of. */
export interface DeviceOptions {
  /** First part of all topics. */
  prefix: string;
  topics: Topics;
  camera: { id: string; name: string };
  rules: readonly AnnouncedRule[];
  /** Of this program. */
  version: string;
}

/** A camera as a device with seven entities a rule (six where the rule has no budget). Pure. */
export function devicePayload({ prefix, topics, camera, rules, version }: DeviceOptions): DevicePayload {
  return {
    device: {
      identifiers: [`${prefix}/${camera.id}`],
      name: camera.name,
      manufacturer: 'wordwatch',
      model: 'camera watched by rules in words',
      sw_version: version,
    },
    origin: { name: 'wordwatch', sw_version: version },
    // A camera that sees nothing is unavailable, never OFF.
    availability: [{ topic: topics.status }, { topic: topics.cameraStatus(camera.id) }],
    availability_mode: 'all',
    components: Object.fromEntries(
      rules.flatMap((rule) => {
        const pair = { cameraId: camera.id, ruleId: rule.id };
        return Object.entries(componentsOf(rule, topics, pair)).map(([kind, component]) => [
          `${rule.id}_${kind}`,
          {
            ...component,
            // Ids hold no slash: two pairs never get the same one.
            unique_id: [prefix, camera.id, rule.id, kind].join('/'),
            default_entity_id: entityId(component.platform, [prefix, camera.id, rule.id, kind]),
          },
        ]);
      }),
    ),
  };
}

/** The entities of a rule on a camera, by what they show. */
function componentsOf(rule: AnnouncedRule, topics: Topics, pair: Pair): Record<string, Component> {
  return {
    state: {
      platform: 'binary_sensor',
      name: rule.name,
      state_topic: topics.state(pair),
      json_attributes_topic: topics.attributes(pair),
      ...(rule.deviceClass === null ? {} : { device_class: rule.deviceClass }),
    },
    event: {
      platform: 'event',
      name: `${rule.name} event`,
      state_topic: topics.event(pair),
      event_types: ['start', 'update', 'end'],
    },
    snapshot: {
      platform: 'image',
      name: `${rule.name} picture`,
      image_topic: topics.snapshot(pair),
      content_type: 'image/jpeg',
    },
    score: {
      platform: 'sensor',
      name: `${rule.name} score`,
      state_topic: topics.score(pair),
      state_class: 'measurement',
      suggested_display_precision: 2,
    },
    ...controlsOf(rule, topics, pair),
  };
}

function controlsOf(rule: AnnouncedRule, topics: Topics, pair: Pair): Record<string, Component> {
  const control = { entity_category: 'config' };
  const enabled: Component = {
    platform: 'switch',
    name: `${rule.name} enabled`,
    state_topic: topics.enabled(pair),
    command_topic: topics.command(pair, 'set'),
    ...control,
  };
  const snooze: Component = {
    platform: 'number',
    name: `${rule.name} snooze`,
    state_topic: topics.snooze(pair),
    command_topic: topics.command(pair, 'snooze'),
    ...{ min: 0, max: 1440, step: 1, mode: 'box', unit_of_measurement: 'min' },
    ...control,
  };
  if (!rule.hasBudget) return { enabled, snooze };
  const budget: Component = {
    platform: 'number',
    name: `${rule.name} false alarms a day`,
    state_topic: topics.budget(pair),
    command_topic: topics.command(pair, 'budget'),
    // 0 is no budget, and Home Assistant knows no smaller step.
    ...{ min: 0.001, max: 1000, step: 0.001, mode: 'box' },
    ...control,
  };
  return { enabled, snooze, budget };
}

/** The state's own entity is named after the rule alone: it is the one that people look for. */
function entityId(platform: string, [prefix, cameraId, ruleId, kind]: string[]): string {
  const parts = [prefix, cameraId, ruleId, ...(kind === 'state' ? [] : [kind])];
  return `${platform}.${parts
    .join('_')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')}`;
}
