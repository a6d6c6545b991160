import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/rules/calibration/random.js';
import type { Mosquitto, Wire } from '../fixtures/mosquitto.js';
import type { RtspServer } from '../fixtures/rtsp.js';
import type { SmallDisk } from '../fixtures/small-disk.js';
import { until } from '../fixtures/until.js';
import type { DeafClients } from './deaf-clients.js';
import { LIVE_CAMERA, type Service, STALL_TIMEOUT_MS } from './service.js';
import type { LastingSubscriber } from './subscriber.js';

/** A fault must show within this time. */
const BITE_TIMEOUT_MS = 30_000;

/** What can be broken, and who looks on. */
export interface World {
  service: Service;
  broker: Mosquitto;
  camera: RtspServer;
  /** Between camera and service. */
  cameraWire: Wire;
  /** The data folder; null: it is no disk of its own. */
  disk: SmallDisk | null;
  deaf: DeafClients;
  subscriber: LastingSubscriber;
}

/** Says whether nothing is left of a fault. */
export type IsOver = () => boolean | Promise<boolean>;
/** Breaks something and, as far as it does not mend itself, mends it. */
export type Fault = (random: Random) => Promise<IsOver>;

/** Faults of the broker, by name. */
export function brokerFaults({ service, broker, subscriber }: World): Record<string, Fault> {
  /** Something that is raised from now on has arrived, and what was raised before it therefore, too. */
  const arrives = (): IsOver => {
    const knownSeq = Math.max(service.newest()?.seq ?? 0, subscriber.newestSeq);
    return () => subscriber.newestSeq > knownSeq;
  };
  return {
    'broker killed': async (random) => {
      await broker.kill();
      await sleep(between(200, 3_000, random));
      await broker.restart();
      return arrives();
    },
    // To the others this is a network that swallows everything: connections stay, nothing is answered.
    'broker partitioned': async (random) => {
      broker.freeze();
      await sleep(between(200, 6_000, random));
      broker.thaw();
      return arrives();
    },
    'broker session lost': async (random) => {
      const { length } = subscriber.gaps;
      await broker.kill();
      await broker.forget();
      await sleep(between(0, 1_000, random));
      await broker.restart();
      const hasArrived = arrives();
      return () => subscriber.gaps.length > length && hasArrived();
    },
  };
}

/** Faults of the camera, by name. */
export function cameraFaults({ service, camera, cameraWire }: World): Record<string, Fault> {
  const sees = (): IsOver => {
    const sinceMs = Date.now();
    const isWell = () => isWithout(service, { part: `camera ${LIVE_CAMERA}` });
    return async () => (service.newest(LIVE_CAMERA)?.atMs ?? 0) > sinceMs && (await isWell());
  };
  return {
    'camera killed': async (random) => {
      await camera.kill();
      await sleep(between(200, 3_000, random));
      await camera.restart();
      return sees();
    },
    'camera stalled': async (random) => {
      camera.freeze();
      await sleep(STALL_TIMEOUT_MS + between(0, 3_000, random));
      camera.thaw();
      return sees();
    },
    'camera garbage': async (random) => {
      // From a byte here and there, which leaves the packets whole, to nothing but noise.
      const everyNth = Math.ceil(1 / random() ** 2);
      let spoilt = 0;
      cameraWire.disturb((bytes) => {
        for (let at = Math.floor(random() * everyNth); at < bytes.length; at += everyNth, spoilt++)
          bytes[at] = Math.floor(random() * 256);
      });
      await sleep(between(500, 3_000, random));
      await until(() => spoilt > 0, { timeoutMs: BITE_TIMEOUT_MS });
      cameraWire.mend();
      return sees();
    },
  };
}

/** Faults of the program that leave it alive, by name. */
export function serviceFaults({ service, disk, deaf }: World): Record<string, Fault> {
  const waits = { part: 'store', reason: /wait for the disk/ };
  const diskFull: Fault = async (random) => {
    service.settle();
    await disk!.fill();
    const isRefused = async () => !(await isWithout(service, waits));
    if (!(await until(isRefused, { timeoutMs: BITE_TIMEOUT_MS })))
      throw new Error('the disk was full, and nobody noticed');
    await sleep(between(0, 3_000, random));
    await disk!.free();
    return () => isWithout(service, waits);
  };
  return {
    'model worker killed': async () => {
      const deaths = service.said('model worker died');
      await service.killModelThread();
      const sinceMs = Date.now();
      return async () =>
        service.said('model worker died') > deaths &&
        (service.newest()?.atMs ?? 0) > sinceMs &&
        (await isWithout(service, { part: 'model' }));
    },
    'client deaf': async () => {
      deaf.add(service.pageUrl!);
      return async () => (await service.problems()) !== null;
    },
    ...(disk ? { 'disk full': diskFull } : {}),
  };
}

/** Ends of the program, by name. */
export function killFaults({ service, subscriber }: World): Record<string, Fault> {
  return {
    'wordwatch killed': async (random) => {
      await service.killAtWrite(random);
      await service.start();
      return () => subscriber.newestSeq >= (service.newest()?.seq ?? Number.POSITIVE_INFINITY);
    },
  };
}

async function isWithout(
  service: Service,
  { part, reason = /./ }: { part: string; reason?: RegExp },
): Promise<boolean> {
  const problems = await service.problems();
  return problems?.every((problem) => problem.part !== part || !reason.test(problem.reason)) ?? false;
}

function between(low: number, high: number, random: Random): number {
  return low + random() * (high - low);
}
