import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBus } from '../../src/bus.js';
import type { DetectionEvent } from '../../src/detect/event.js';
import { createMqttPublisher } from '../../src/publish/mqtt-publisher.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { EventStore } from '../../src/store/event-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeEvent } from '../fixtures/happenings.js';
import { Mosquitto, Subscriber, Wire } from '../fixtures/mosquitto.js';

const WAIT = { timeout: 60_000, interval: 20 };
const logger = createLogger({ level: 'silent' });
const MQTT = [{ id: 'mqtt', wants: () => true }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-outbox-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function startProcess({ url, events }: { url: string; events: number }): ChildProcess {
  const entry = fileURLToPath(new URL('./outbox-process.ts', import.meta.url));
  const args = ['--import', 'tsx', entry, folder, url, String(events)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Numbers and ids in the order in which they came first. */
function firstOf(subscriber: Subscriber): Pick<DetectionEvent, 'seq' | 'id' | 'ruleId'>[] {
  const events = subscriber.texts('wordwatch/events').map((text) => JSON.parse(text) as DetectionEvent);
  const bySeq = new Map<number, DetectionEvent>();
  for (const event of events) if (!bySeq.has(event.seq)) bySeq.set(event.seq, event);
  // The same number never comes with another id.
  for (const { seq, id } of events) expect(bySeq.get(seq)!.id).toBe(id);
  return [...bySeq.values()].map(({ seq, id, ruleId }) => ({ seq, id, ruleId }));
}

/** What the store holds, and how many rows wait in its outbox. */
function stored(): { events: Pick<DetectionEvent, 'seq' | 'id' | 'ruleId'>[]; waiting: number } {
  const database = openDatabase(databasePath(folder));
  try {
    const events = new EventStore(database, logger, MQTT).list({ after: 0, limit: 100_000 });
    const { waiting } = database.prepare('SELECT COUNT(*) AS waiting FROM outbox').get() as {
      waiting: number;
    };
    return { events: events.map(({ seq, id, ruleId }) => ({ seq, id, ruleId })), waiting };
  } finally {
    database.close();
  }
}

describe('an outbox on disk', () => {
  it('brings every event to the broker, whenever program or connection are cut off', async () => {
    await using broker = await Mosquitto.start();
    await using wire = await Wire.to(broker.port);
    await using subscriber = await Subscriber.to(broker.url, { topic: 'wordwatch/events' });
    // The first one never gets through: all that it raises is backlog for the second.
    wire.cut();
    const runs = [
      { afterMs: 300, mend: false },
      { afterMs: 170, mend: true },
      { afterMs: 430, mend: true },
    ];
    for (const { afterMs, mend } of runs) {
      const before = stored().events.length;
      const child = startProcess({ url: wire.url, events: 100_000 });
      await vi.waitFor(() => expect(stored().events.length).toBeGreaterThan(before), WAIT);
      if (mend) wire.mend();
      await sleep(afterMs); // a moment of the test's choosing, not one that it waits for
      await kill(child);
    }
    const { events } = stored();
    const last = startProcess({ url: wire.url, events: events.length });
    await vi.waitFor(() => expect(stored().waiting).toBe(0), WAIT);
    await kill(last);
    await vi.waitFor(() => expect(firstOf(subscriber)).toHaveLength(events.length), WAIT);

    const received = firstOf(subscriber);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const ruleId of ['rule-0', 'rule-1', 'rule-2'])
      expect(received.filter((event) => event.ruleId === ruleId)).toEqual(
        events.filter((event) => event.ruleId === ruleId),
      );
  });

  it('drains 10,000 events in little time, in order and with their original times', async () => {
    await using broker = await Mosquitto.start();
    await using subscriber = await Subscriber.to(broker.url, { topic: 'wordwatch/events' });
    {
      using database = closing(openDatabase(databasePath(folder)));
      const store = new EventStore(database.it, logger, MQTT);
      database.it.exec('PRAGMA query_only = ON'); // so that they are written at once below
      for (let seq = 1; seq <= 10_000; seq++) store.append(makeEvent({ seq }));
      database.it.exec('PRAGMA query_only = OFF');
      store.flush();
      expect(store.waiting).toBe(0);
    }
    using database = closing(openDatabase(databasePath(folder)));
    using store = new EventStore(database.it, logger, MQTT);
    // Machines are shared, so no clock is asked. Measured: 4.4 s with the writing above, on two cores with little else to do.
    const startedCpu = process.cpuUsage();
    const exec = vi.spyOn(database.it, 'exec');
    await using publisher = createMqttPublisher({
      ...{ url: broker.url, prefix: 'wordwatch', bus: createBus(), logger, rules: () => [], cameras: [] },
      outbox: store.outbox('mqtt'),
    });
    publisher.start();
    await vi.waitFor(() => expect(subscriber.received).toHaveLength(10_000), WAIT);
    const events = subscriber.texts('wordwatch/events').map((text) => JSON.parse(text) as DetectionEvent);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.every(({ seq, atMs }) => atMs === 1_700_000_000_000 + seq)).toBe(true);
    await vi.waitFor(() => expect(stored().waiting).toBe(0), WAIT);
    const { user, system } = process.cpuUsage(startedCpu);
    expect((user + system) / 1e6).toBeLessThan(10);
    // Each waits for the disk.
    const commits = exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length;
    expect(commits).toBeGreaterThan(0);
    expect(commits).toBeLessThan(2_000);
  });
});

function closing<T extends { close: () => void }>(it: T): { it: T } & Disposable {
  return { it, [Symbol.dispose]: () => it.close() };
}
