import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/rules/calibration/random.js';
import type { Mosquitto } from '../fixtures/mosquitto.js';
import type { RtspServer } from '../fixtures/rtsp.js';
import type { Service } from './service.js';

/** What can be broken. */
export interface Victims {
  service: Service;
  broker: Mosquitto;
  camera: RtspServer;
}

const MEAN_PAUSE_MS = 4_000;
/** Clients that never read, at a time. */
const MAX_DEAF = 5;

interface FaultOptions {
  random: Random;
  untilMs: number;
  signal: AbortSignal;
  onFault: (name: string) => void;
}

/**
 * Breaks things at random moments, several at a time; when it settles all is whole again.
 * @param random decides what, when and for how long
 * @param untilMs time of the last fault, as `performance.now()` counts
 * @param signal ends it earlier
 * @param onFault told of each
 */
export async function injectFaults(
  victims: Victims,
  { random, untilMs, signal, onFault }: FaultOptions,
): Promise<void> {
  const deaf = new DeafClients(victims.service);
  const faults = faultsOf(victims, deaf);
  const names = Object.keys(faults) as (keyof typeof faults)[];
  const underWay = new Map<string, Promise<void>>();
  while (true) {
    await sleep(-Math.log(1 - random()) * MEAN_PAUSE_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted || performance.now() > untilMs) break;
    const name = names[Math.floor(random() * names.length)]!;
    const lastsMs = 200 + random() * 6_000;
    // One process cannot be broken twice at once.
    const victim = name.split(' ')[0]!;
    if (underWay.has(victim)) continue;
    onFault(name);
    const fault = faults[name](lastsMs).finally(() => underWay.delete(victim));
    fault.catch(() => {}); // thrown below
    underWay.set(victim, fault);
  }
  await Promise.all(underWay.values());
  deaf.hangUp();
}

function faultsOf({ service, broker, camera }: Victims, deaf: DeafClients) {
  return {
    'broker killed': async (lastsMs: number) => {
      await broker.kill();
      await sleep(lastsMs);
      await broker.restart();
    },
    'broker frozen': async (lastsMs: number) => {
      broker.freeze();
      await sleep(lastsMs);
      broker.thaw();
    },
    'wordwatch killed': async () => {
      await service.kill();
      await service.start();
    },
    'camera killed': async (lastsMs: number) => {
      await camera.kill();
      await sleep(lastsMs);
      await camera.restart();
    },
    'client deaf': async () => deaf.add(),
  };
}

/** Clients of the live feed that never read. */
class DeafClients {
  readonly #service: Service;
  readonly #sockets: Socket[] = [];

  constructor(service: Service) {
    this.#service = service;
  }

  add(): void {
    const { pageUrl } = this.#service;
    if (pageUrl === null) return;
    const { hostname, port } = new URL(pageUrl);
    const socket = connect({ host: hostname, port: Number(port) }).on('error', () => {});
    socket.pause();
    const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const lines = ['GET /ws?after=0 HTTP/1.1', `Host: ${hostname}:${port}`, ...handshake];
    socket.write([...lines, 'Sec-WebSocket-Key: c29ha3NvYWtzb2Frc29haw==', '', ''].join('\r\n'));
    this.#sockets.push(socket);
    if (this.#sockets.length > MAX_DEAF) this.#sockets.shift()!.destroy();
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
