// A program that publishes until it is killed. Started by the tests: BROKER_URL as its only argument.
import { createBus } from '../../src/bus.js';
import { createMqttPublisher } from '../../src/publish/mqtt-publisher.js';
import { createLogger } from '../../src/telemetry/logger.js';

createMqttPublisher({
  url: process.argv[2]!,
  prefix: 'wordwatch',
  bus: createBus(),
  logger: createLogger({ level: 'silent' }),
  rules: () => [],
  cameras: [],
}).start();
