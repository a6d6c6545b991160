import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../src/rules/calibration/random.js';
import { Mosquitto, Wire } from '../fixtures/mosquitto.js';
import { RtspServer } from '../fixtures/rtsp.js';
import { SmallDisk } from '../fixtures/small-disk.js';
import { until } from '../fixtures/until.js';
import { DeafClients } from './deaf-clients.js';
import { brokerFaults, cameraFaults, type Fault, killFaults, serviceFaults, type World } from './faults.js';
import { balance, type Ledger } from './ledger.js';
import { type Held, Service } from './service.js';
import { LastingSubscriber } from './subscriber.js';

/** The broker is tried every 30 s at last, and a backlog has to go through. */
const RECOVERY_TIMEOUT_MS = 90_000;
/** How long the last events may take after an orderly stop. */
const LAST_TIMEOUT_MS = 5_000;
/**
 * Without any fault the service grows by 75 MiB within its first five minutes, and no more in the next two. libvips keeps
 * threads for pictures while there are some to make, a client may be just connecting. What a fault left behind every time
 * would be 20 of it after 20 times.
 */
const TOLERANCE: Held = { rssMb: 128, handles: 4, threads: 4, children: 0 };
const WHATS = ['rssMb', 'handles', 'threads', 'children'] as const;
const LOOKS = 10;
const LOOK_PERIOD_MS = 100;
/** Part of the time in which the program stays alive. */
const ALIVE_PART = 0.75;

export interface CampaignOptions {
  /** How often each fault strikes, or for how long they do. */
  long: { times: number } | { minutes: number };
  /** Decides what strikes when and for how long. */
  seed: number;
  /** Before the first fault: what is held is looked at when caches are warm. */
  warmMs: number;
  /** Between a recovery and the next fault, on average. */
  meanPauseMs: number;
  signal: AbortSignal;
  onStrike: (strike: Strike) => void;
}

/** A fault and what came of it. */
export interface Strike {
  fault: string;
  /** From the mending until nothing was left of it; null: something was, after {@link RECOVERY_TIMEOUT_MS}. */
  recoveryMs: number | null;
}

export interface CampaignResult {
  strikes: Strike[];
  ledger: Ledger;
  /** Events that the broker had not confirmed after the stop. */
  waiting: number;
  /** What the same process held before and after the faults that leave it alive. */
  held: { before: Held; after: Held };
  /** Whether disks could be filled: that takes the right to mount. */
  hasDisk: boolean;
}

/**
 * Runs the real service on three cameras with a real broker, and breaks things: at first what leaves the program alive, then
 * the program itself, while the others go on failing. Broker, camera and program fail independently, one fault of each at a
 * time.
 */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  try {
    await using broker = await Mosquitto.start(undefined, { remembers: true });
    await using camera = await RtspServer.start();
    await using cameraWire = await Wire.to(camera.port);
    await using subscriber = await LastingSubscriber.to(broker.url);
    const service = new Service(folder);
    await using disk = await SmallDisk.mount(service.data);
    await using _service = service;
    const deaf = new DeafClients();
    await service.configure({ brokerUrl: broker.url, cameraUrl: camera.urlBy(cameraWire.port) });
    await service.start();
    const world = { service, broker, camera, cameraWire, disk, deaf, subscriber };
    return await strikeAll(world, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function strikeAll(world: World, options: CampaignOptions): Promise<CampaignResult> {
  const { service, deaf, subscriber, disk } = world;
  await sleep(options.warmMs, undefined, { signal: options.signal });
  const before = await leastHeld(service);
  const strikes: Strike[] = [];
  const onStrike = (strike: Strike) => {
    strikes.push(strike);
    options.onStrike(strike);
  };
  const [broker, camera, alive] = [brokerFaults(world), cameraFaults(world), serviceFaults(world)];
  await strikeLanes([broker, camera, alive], { ...options, onStrike, part: ALIVE_PART });
  deaf.hangUp();
  let after = await leastHeld(service);
  const isBack = async () => {
    after = await leastHeld(service);
    return isAsBefore(after, before);
  };
  await until(isBack, { timeoutMs: RECOVERY_TIMEOUT_MS });

  const beside = [broker, camera];
  await strikeLanes([killFaults(world)], { ...options, onStrike, part: 1 - ALIVE_PART, beside });
  await service.stop();
  const stored = service.stored();
  await subscriber.arrival(stored, { timeoutMs: LAST_TIMEOUT_MS });
  const { received } = subscriber;
  const ledger = balance({
    ...{ stored, printed: service.printed(), received },
    mayMiss: (told) => subscriber.mayMiss(told),
  });
  return { strikes, ledger, waiting: service.waiting(), held: { before, after }, hasDisk: disk !== null };
}

/** What a process holds, without what it holds for a moment only. */
async function leastHeld(service: Service): Promise<Held> {
  const least = await service.held();
  for (let look = 1; look < LOOKS; look++) {
    await sleep(LOOK_PERIOD_MS);
    const now = await service.held();
    for (const what of WHATS) least[what] = Math.min(least[what], now[what]);
  }
  return least;
}

/** Whether a process holds no more than it did, but for {@link TOLERANCE}. */
export function isAsBefore(now: Held, before: Held): boolean {
  return WHATS.every((what) => now[what] <= before[what] + TOLERANCE[what]);
}

interface LaneOptions extends CampaignOptions {
  /** Of the time that was asked for. */
  part: number;
  /** Faults of others that go on until those are through. */
  beside?: readonly Record<string, Fault>[];
}

/** Has several victims struck side by side: each by its own faults, one at a time, so often or for so long as was asked for. */
async function strikeLanes(
  victims: readonly Record<string, Fault>[],
  { beside = [], part, ...options }: LaneOptions,
): Promise<void> {
  const { long, seed } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const untilMs = 'minutes' in long ? performance.now() + long.minutes * part * 60_000 : 0;
  let underWay = victims.length;
  const lanes = [...victims, ...beside].map(async (faults, index) => {
    const random = seededRandom(seed * 1_000 + index);
    const names = Object.keys(faults);
    const isOver = () => (index < victims.length ? performance.now() > untilMs : underWay === 0);
    const isCounted = 'times' in long && index < victims.length;
    const order = isCounted ? shuffled(names, { ...long, random }) : endless(names, { isOver, random });
    try {
      for (const name of order) await strike(name, faults[name]!, { ...options, random, signal });
    } catch (error) {
      failed.abort(error);
    }
    if (index < victims.length) underWay--;
  });
  // Also where one fails: what another one has broken is mended first.
  await Promise.all(lanes);
  signal.throwIfAborted();
}

async function strike(
  name: string,
  fault: Fault,
  { random, meanPauseMs, signal, onStrike }: CampaignOptions & { random: Random },
): Promise<void> {
  await sleep(-Math.log(1 - random()) * meanPauseMs, undefined, { signal });
  const isOver = await fault(random);
  const mendedMs = performance.now();
  const hasRecovered = await until(async () => signal.aborted || (await isOver()), {
    timeoutMs: RECOVERY_TIMEOUT_MS,
  });
  onStrike({ fault: name, recoveryMs: hasRecovered ? Math.round(performance.now() - mendedMs) : null });
}

/** Each of them so often, in an order of chance. */
function shuffled(
  names: readonly string[],
  { times, random }: { times: number; random: Random },
): readonly string[] {
  return Array.from({ length: times }, () => names)
    .flat()
    .map((name) => ({ name, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ name }) => name);
}

function* endless(
  names: readonly string[],
  { isOver, random }: { isOver: () => boolean; random: Random },
): Generator<string> {
  while (!isOver()) yield names[Math.floor(random() * names.length)]!;
}
