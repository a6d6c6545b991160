// Runs the real service with a real broker, breaks things at random, and counts what became of the events.
//   npm run -s soak -- --minutes M [--seed N] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { DetectionEvent } from '../../src/detect/event.js';
import { seededRandom } from '../../src/rules/calibration/random.js';
import { Mosquitto } from '../fixtures/mosquitto.js';
import { RtspServer } from '../fixtures/rtsp.js';
import { injectFaults } from './faults.js';
import { balance, type Ledger } from './ledger.js';
import { Service } from './service.js';

/** Memory is looked at when caches are warm. */
const WARM_MS = 15_000;
/** How long a backlog may take after the last fault, which left the service waiting for its next attempt to connect. */
const DRAIN_TIMEOUT_MS = 60_000;
/** How long the last events may take after an orderly stop. */
const LAST_TIMEOUT_MS = 5_000;
const POLL_MS = 500;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
// The processes that it has started must not outlive it.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write('--minutes is a number above 0, --seed a whole number\n');
  process.exitCode = 2;
} else {
  const result = await soak({ minutes, seed });
  const sound = result.lost === 0 && result.stored === result.raised;
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : inWords(result));
  process.exitCode = sound && result.outOfOrder === 0 && result.idsReused === 0 ? 0 : 3;
}

interface SoakResult extends Ledger {
  rssMbStart: number;
  rssMbEnd: number;
}

async function soak({ minutes, seed }: { minutes: number; seed: number }): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  try {
    await using broker = await Mosquitto.start(undefined, { remembers: true });
    await using camera = await RtspServer.start();
    await using subscriber = await subscribe(broker.url);
    await using service = new Service(folder);
    await service.configure({ brokerUrl: broker.url, cameraUrl: camera.url });
    await service.start();
    const { signal } = interrupted;
    await sleep(Math.min(WARM_MS, minutes * 20_000), undefined, { signal });
    const rssMbStart = await service.rssMb();
    const startedMs = performance.now();
    await injectFaults(
      { service, broker, camera },
      {
        ...{ random: seededRandom(seed), untilMs: startedMs + minutes * 60_000, signal },
        onFault: (name) => {
          const atS = ((performance.now() - startedMs) / 1000).toFixed(1);
          process.stderr.write(`${atS.padStart(8)} s  ${name}; ${subscriber.received.length} received\n`);
        },
      },
    );
    interrupted.signal.throwIfAborted();
    await arrival(subscriber.received, { wanted: service.stored(), timeoutMs: DRAIN_TIMEOUT_MS });
    const rssMbEnd = await service.rssMb();
    await service.stop();
    const stored = service.stored();
    await arrival(subscriber.received, { wanted: stored, timeoutMs: LAST_TIMEOUT_MS });
    const { received } = subscriber;
    return { ...balance({ stored, printed: service.printed(), received }), rssMbStart, rssMbEnd };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A subscriber whose session outlives every broker. */
async function subscribe(url: string): Promise<AsyncDisposable & { received: DetectionEvent[] }> {
  const received: DetectionEvent[] = [];
  const client = mqtt.connect(url, { clientId: 'soak', clean: false, reconnectPeriod: 50, keepalive: 10 });
  client.on('error', () => {}); // it tries again
  client.on('message', (_topic, payload) => {
    const { event_type: _, ...event } = JSON.parse(String(payload));
    received.push(DetectionEvent.parse(event));
  });
  await new Promise((resolve) => client.once('connect', resolve));
  await client.subscribeAsync('wordwatch/events', { qos: 1 });
  return { received, [Symbol.asyncDispose]: () => client.endAsync(true) };
}

/** Waits until all of these events have arrived, or too long. */
async function arrival(
  received: readonly DetectionEvent[],
  { wanted, timeoutMs }: { wanted: readonly DetectionEvent[]; timeoutMs: number },
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  const isComplete = () => {
    const arrived = new Set(received.map(({ seq }) => seq));
    return wanted.every(({ seq }) => arrived.has(seq));
  };
  while (!isComplete() && performance.now() < untilMs) await sleep(POLL_MS);
}

function inWords(result: SoakResult): string {
  return Object.entries(result)
    .map(([name, value]) => `${name.padEnd(12)} ${value}\n`)
    .join('');
}
