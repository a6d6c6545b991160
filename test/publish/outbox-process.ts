// A program that raises events, keeps them and publishes them until it is killed. Started by the tests:
// FOLDER BROKER_URL EVENTS, the last number that is raised (what is there already counts).
import { setTimeout as sleep } from 'node:timers/promises';
import { createBus } from '../../src/bus.js';
import { createMqttPublisher } from '../../src/publish/mqtt-publisher.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { EventStore } from '../../src/store/event-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeEvent } from '../fixtures/happenings.js';

const [folder, url, events] = process.argv.slice(2) as [string, string, string];
const logger = createLogger({ level: 'silent' });
const bus = createBus();
const store = new EventStore(openDatabase(databasePath(folder)), logger, [{ id: 'mqtt', wants: () => true }]);
createMqttPublisher({
  ...{ url, prefix: 'wordwatch', bus, logger, rules: () => [], cameras: [] },
  retry: { firstMs: 20, maxMs: 100 },
  outbox: store.outbox('mqtt'),
}).start();
while (store.lastSeq < Number(events)) {
  const { seq: _, ...event } = makeEvent({ seq: 0, ruleId: `rule-${store.lastSeq % 3}` });
  const added = store.add(event);
  await store.settled();
  bus.emit('event', added, null);
  await sleep(1);
}
