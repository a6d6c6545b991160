// Viewers of the live feed that cost so little that it is the server that is measured. Arguments: PAGE_URL VIEWERS.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, nowMs } from './process.js';

const HEADERS = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol': 'wordwatch',
};
const EVENT = Buffer.from('{"type":"event"');
const PING = 0x89;
/** Empty, under a mask of zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const POLL_MS = 20;

/** What the viewers can be asked. */
export type ViewersTalk = {
  /** Resolves when all of them are connected. */
  open: { asked: null; answer: null };
  /**
   * When so many events had arrived at every viewer: of each event, by `ID/PHASE`, the arrivals. null: some never did.
   */
  arrivals: { asked: { events: number; timeoutMs: number }; answer: Record<string, number[]> | null };
  /** Messages of all viewers, events and scores, and the processor time that went into them. */
  cost: { asked: null; answer: { messages: number; cpuMs: number } };
};

const [pageUrl, count] = [process.argv[2]!, Number(process.argv[3])];
const arrivals: Record<string, number[]> = {};
let arrived = 0;
let messages = 0;

answer<ViewersTalk>({
  open: async () => {
    // One after the other: a queue of connections that overflows would wait for a second.
    for (let i = 0; i < count; i++) await connect();
    return null;
  },
  arrivals: async ({ events, timeoutMs }) => {
    const untilMs = nowMs() + timeoutMs;
    while (arrived < events * count && nowMs() < untilMs) await sleep(POLL_MS);
    return arrived === events * count ? arrivals : null;
  },
  cost: async () => {
    const { user, system } = process.cpuUsage();
    return { messages, cpuMs: (user + system) / 1_000 };
  },
});

async function connect(): Promise<void> {
  const asked = request(`${pageUrl}ws`, { headers: HEADERS, agent: false });
  asked.end();
  const [, socket, head] = (await once(asked, 'upgrade')) as [IncomingMessage, Socket, Buffer];
  let rest = head;
  socket.on('data', (data: Buffer) => {
    rest = take(rest.length === 0 ? data : Buffer.concat([rest, data]), socket);
  });
  socket.on('error', () => {}); // its events are missed then
}

/** Takes whole WebSocket frames off a server's bytes. @returns what is left */
function take(bytes: Buffer, socket: Socket): Buffer {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1]!;
    const headerBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length - at < headerBytes) break;
    const length =
      short === 127 ? bytes.readUInt32BE(at + 6) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const from = at + headerBytes;
    if (bytes.length - from < length) break;
    if (bytes[at] === PING) socket.write(PONG);
    at = from + length;
    messages++;
    if (bytes.compare(EVENT, 0, EVENT.length, from, Math.min(at, from + EVENT.length)) === 0)
      note(bytes.toString('utf8', from, at));
  }
  return bytes.subarray(at);
}

function note(text: string): void {
  const { id, phase } = (JSON.parse(text) as { event: { id: string; phase: string } }).event;
  const key = `${id}/${phase}`;
  arrivals[key] ??= [];
  arrivals[key].push(nowMs());
  arrived++;
}
