import type { Bus } from '../bus.js';
import type { Config } from '../config/index.js';
import type { SwitchBoard } from '../shared/rule-switch.js';
import type { AnnouncementStore } from '../store/announcement-store.js';
import type { Logger } from '../telemetry/logger.js';
import { createHomeAssistant } from './home-assistant.js';
import { createMqttCommands } from './mqtt-commands.js';
import type { MqttPart } from './mqtt-part.js';
import { createTopics } from './topics.js';

/** What {@link createMqttParts} needs. */
export interface MqttPartsOptions {
  config: Config['mqtt'];
  cameras: readonly { id: string; name: string }[];
  /** Rules in force. */
  rules: () => readonly {
    id: string;
    name: string;
    cameras: readonly string[] | null;
    deviceClass?: string | null;
  }[];
  switches: SwitchBoard;
  announcements: AnnouncementStore;
  bus: Bus;
  logger: Logger;
  /** Of this program. */
  version: string;
}

/** The parts of the publisher: commands, and what Home Assistant is told. */
export function createMqttParts({
  config,
  cameras,
  rules,
  switches,
  announcements,
  bus,
  logger,
  version,
}: MqttPartsOptions): MqttPart[] {
  const { prefix, discoveryPrefix, discovery } = config;
  const topics = createTopics(prefix);
  const rulesOf = (cameraId: string) =>
    rules().filter((rule) => rule.cameras === null || rule.cameras.includes(cameraId));
  return [
    createMqttCommands({
      ...{ topics, switches, bus, logger },
      pairs: () =>
        cameras.flatMap(({ id: cameraId }) =>
          rulesOf(cameraId).map(({ id: ruleId }) => ({ cameraId, ruleId })),
        ),
    }),
    createHomeAssistant({
      ...{ topics, prefix, discoveryPrefix, version, store: announcements, bus, logger },
      cameras: discovery ? cameras : [],
      rules: (cameraId) =>
        rulesOf(cameraId).map(({ id, name, deviceClass = null }) => ({
          ...{ id, name, deviceClass },
          hasBudget: switches.get({ cameraId, ruleId: id })?.budgetPerDay != null,
        })),
    }),
  ];
}
