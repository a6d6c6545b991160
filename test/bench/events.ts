// Measures how soon events are at MQTT and WebSocket, how soon a backlog is through, and what many viewers change.
//   npm run -s bench:events -- [--seconds N] [--viewers N] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import type { DetectionEvent } from '../../src/detect/event.js';
import { quantile } from '../../src/rules/feasibility/footage.js';
import { Mosquitto } from '../fixtures/mosquitto.js';
import { nowMs, Process } from './process.js';
import type { ServiceTalk } from './service.js';
import type { ViewersTalk } from './viewers.js';

const EVENTS_PER_S = 200;
/** While hundreds look on. */
const VIEWED_EVENTS_PER_S = 10;
const BACKLOG = 10_000;
/** Before the first measurement, so that code is compiled and caches are warm. */
const WARM_S = 5;
/** How long the last events may take. */
const ARRIVAL_TIMEOUT_MS = 60_000;
const POLL_MS = 5;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    viewers: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, viewers] = [Number(values.seconds), Number(values.viewers)];
if (![seconds, viewers].every((given) => Number.isSafeInteger(given) && given > 0)) {
  process.stderr.write('--seconds and --viewers are whole numbers above 0\n');
  process.exitCode = 2;
} else {
  const result = await benchEvents();
  const lines = Object.entries(result).map(([name, value]) => `${name.padEnd(28)} ${value}\n`);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : lines.join(''));
}

type Service = Process<ServiceTalk>;

/** Events as a subscriber of the broker gets them, and when. */
interface Heard extends AsyncDisposable {
  /** By `ID/PHASE`. */
  arrivedMs: Map<string, number>;
  /** Sequence numbers, as they came. */
  seqs: number[];
}

async function benchEvents(): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-events-'));
  try {
    const settings = ['allow_anonymous true', 'max_queued_messages 0'];
    await using broker = await Mosquitto.start(settings);
    await using service = new Process<ServiceTalk>('service.ts', [folder, broker.url]);
    const pageUrl = await service.ask('url', null);
    await service.ask('connected', null);
    await service.ask('raise', { perS: EVENTS_PER_S, seconds: WARM_S, scores: false });
    return {
      ...(await benchLatency(service, { pageUrl, brokerUrl: broker.url })),
      ...(await benchViewers(service, pageUrl)),
      ...(await benchBacklog(service, broker)),
      load: rounded(loadavg()[0]!),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchLatency(
  service: Service,
  { pageUrl, brokerUrl }: { pageUrl: string; brokerUrl: string },
): Promise<Record<string, number>> {
  await using heard = await subscribe(brokerUrl);
  const [alone, raised] = await viewed(service, { pageUrl, count: 1, perS: EVENTS_PER_S, scores: false });
  await arrival(heard, EVENTS_PER_S * seconds);
  const mqttMs = Object.entries(raised.confirmedMs).map(([key, atMs]) => heard.arrivedMs.get(key)! - atMs);
  return {
    eventsPerS: EVENTS_PER_S,
    ...summary('mqtt', mqttMs),
    ...summary('ws', alone.delaysMs),
    coreShare: rounded(raised.coreShare),
  };
}

/** How long events take to a viewer of few, and to every one of many. */
async function benchViewers(service: Service, pageUrl: string): Promise<Record<string, number>> {
  const about = { pageUrl, perS: VIEWED_EVENTS_PER_S, scores: true };
  const [one] = await viewed(service, { ...about, count: 1 });
  const [many, raised] = await viewed(service, { ...about, count: viewers });
  return {
    viewers,
    ...summary('eventDelayAlone', one.delaysMs),
    ...summary('eventDelayWithViewers', many.delaysMs),
    viewersCoreShare: rounded(raised.coreShare),
    viewersMessagesPerS: Math.round(many.messages / seconds),
    viewersOwnCoreShare: rounded(many.cpuMs / 1_000 / seconds),
  };
}

/** Raises events while so many look on. @returns what these saw of them, and what was raised */
async function viewed(
  service: Service,
  { pageUrl, count, perS, scores }: { pageUrl: string; count: number; perS: number; scores: boolean },
) {
  await using crowd = new Process<ViewersTalk>('viewers.ts', [pageUrl, String(count)]);
  await crowd.ask('open', null);
  const before = await crowd.ask('cost', null);
  const raised = await service.ask('raise', { perS, seconds, scores });
  const arrivals = await crowd.ask('arrivals', { events: perS * seconds, timeoutMs: ARRIVAL_TIMEOUT_MS });
  if (arrivals === null) throw new Error('a viewer did not get all events');
  const after = await crowd.ask('cost', null);
  const delaysMs = Object.entries(arrivals).flatMap(([key, atMs]) =>
    atMs.map((each) => each - raised.confirmedMs[key]!),
  );
  const spent = { messages: after.messages - before.messages, cpuMs: after.cpuMs - before.cpuMs };
  return [{ delaysMs, ...spent }, raised] as const;
}

/** Raises events while the broker is down, and waits for them once it is back. */
async function benchBacklog(service: Service, broker: Mosquitto): Promise<Record<string, number>> {
  await broker.kill();
  await service.ask('disconnected', null);
  const raisedMs = nowMs();
  await service.ask('backlog', BACKLOG);
  const storedMs = nowMs();
  await broker.restart();
  const backMs = nowMs();
  // Long before the service tries again.
  await using heard = await subscribe(broker.url);
  const connectedMs = await service.ask('connected', null);
  await arrival(heard, BACKLOG);
  const drainedMs = nowMs();
  const isInOrder = heard.seqs.every((seq, i) => i === 0 || seq > heard.seqs[i - 1]!);
  if (!isInOrder) throw new Error('the backlog came out of order');
  return {
    backlog: BACKLOG,
    backlogStoredS: rounded((storedMs - raisedMs) / 1_000),
    backlogS: rounded((drainedMs - connectedMs) / 1_000),
    reconnectS: rounded((connectedMs - backMs) / 1_000),
  };
}

async function subscribe(url: string): Promise<Heard> {
  const arrivedMs = new Map<string, number>();
  const seqs: number[] = [];
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
  client.on('error', () => {}); // its events are missed then
  client.on('message', (_topic, payload) => {
    const { id, phase, seq } = JSON.parse(String(payload)) as DetectionEvent;
    arrivedMs.set(`${id}/${phase}`, nowMs());
    seqs.push(seq);
  });
  // The last of an event's topics.
  await client.subscribeAsync('wordwatch/events', { qos: 1 });
  return { arrivedMs, seqs, [Symbol.asyncDispose]: () => client.endAsync(true) };
}

async function arrival({ arrivedMs }: Heard, count: number): Promise<void> {
  const untilMs = nowMs() + ARRIVAL_TIMEOUT_MS;
  while (arrivedMs.size < count) {
    if (nowMs() > untilMs) throw new Error(`${arrivedMs.size} of ${count} events came over MQTT`);
    await sleep(POLL_MS);
  }
}

function summary(name: string, delaysMs: readonly number[]): Record<string, number> {
  return {
    [`${name}P50Ms`]: rounded(quantile(delaysMs, 0.5)),
    [`${name}P99Ms`]: rounded(quantile(delaysMs, 0.99)),
    [`${name}MaxMs`]: rounded(quantile(delaysMs, 1)),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
