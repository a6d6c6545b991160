import { batch, effect } from '@preact/signals';
import type { DetectionEvent } from '../../detect/event.js';
import type { ClientMessage, FrameHeader, HelloMessage, ServerMessage } from '../../server/messages.js';
import { isSeeing } from '../../shared/camera-health.js';
import { getJson } from './api.js';
import { clearSeries, HISTORY_MS, seriesOf, seriesOfCamera } from './series.js';
import * as state from './state.js';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;
/** The program gives a sign of life every 15 s: without one for so long, the connection is dead though nobody said so. */
const SILENCE_MS = 40_000;

/** The newest event seen; null until the program has said where it is. */
let lastSeq: number | null = null;
let retryMs = FIRST_RETRY_MS;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Opens the live feed, and opens it again whenever it breaks, going on after the last event seen. */
export async function connect(): Promise<void> {
  clearTimeout(waiting);
  // Browsers do not tell pages why a WebSocket was refused, so ask first.
  const session = await fetch('/api/session').catch(() => null);
  if (session?.status === 401) {
    state.connection.value = 'signed-out';
    return;
  }
  if (session?.ok) state.visitor.value = (await session.json()) as state.Visitor;
  const address = new URL('/ws?scores=together', location.href);
  if (lastSeq !== null) address.searchParams.set('after', String(lastSeq));
  address.protocol = address.protocol.replace('http', 'ws');
  const socket = new WebSocket(address, 'wordwatch');
  socket.binaryType = 'arraybuffer';
  let heardMs = performance.now();
  // A timer that is set anew for each of hundreds of messages a second would be most of what they cost.
  const silence = setInterval(() => {
    if (performance.now() - heardMs > SILENCE_MS) giveUp();
  }, SILENCE_MS / 8);
  let stopWatching = () => {};
  socket.onopen = () => {
    stopWatching = watchWhatIsInSight(socket);
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    heardMs = performance.now();
    state.hear();
    if (typeof data === 'string') take(JSON.parse(data) as ServerMessage);
    else takeFrame(data);
  };
  socket.onclose = giveUp;

  function giveUp(): void {
    clearInterval(silence);
    stopWatching();
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    if (state.connection.value === 'live') state.connection.value = 'lost';
    waiting = setTimeout(connect, retryMs);
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
  }
}

/** Tells the program whose pictures the page shows, whenever that changes: no others come. @returns how to stop */
function watchWhatIsInSight(socket: WebSocket): () => void {
  return effect(() => {
    const cameras = [...state.watchedIds.value].sort();
    socket.send(JSON.stringify({ type: 'watch', cameras } satisfies ClientMessage));
  });
}

/** @returns whether the token was right, or that no more are looked at for a while */
export async function signIn(token: string): Promise<'right' | 'wrong' | 'too-often'> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('/api/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
  if (!answer.ok) return answer.status === 429 ? 'too-often' : 'wrong';
  state.connection.value = 'connecting';
  void connect();
  return 'right';
}

function take(message: ServerMessage): void {
  switch (message.type) {
    case 'hello':
      takeHello(message);
      break;
    case 'event':
      lastSeq = Math.max(lastSeq ?? 0, message.event.seq);
      state.addEvents([message.event]);
      break;
    case 'scores':
      batch(() => {
        for (const score of message.scores) seriesOf(score).add(score);
      });
      break;
    case 'camera': {
      const { status } = message;
      state.cameras.value = state.cameras.value.map((camera) =>
        camera.id === status.cameraId ? { ...camera, status } : camera,
      );
      if (!isSeeing(status)) for (const series of seriesOfCamera(status.cameraId)) series.addGap();
      break;
    }
    case 'rules':
      state.rules.value = message.rules;
      state.ruleProblems.value = message.problems;
      break;
    case 'problem':
      state.setClock(message.nowMs);
      state.problems.value = message.problems;
  }
}

function takeHello(hello: HelloMessage): void {
  retryMs = FIRST_RETRY_MS;
  state.setClock(hello.nowMs);
  state.connection.value = 'live';
  state.cameras.value = hello.cameras;
  state.rules.value = hello.rules;
  state.ruleProblems.value = hello.ruleProblems;
  state.problems.value = hello.problems;
  state.model.value = hello.model;
  state.timeZone.value = hello.timeZone;
  // Fewer events than seen already: the program has another store than before.
  const isOtherStore = lastSeq !== null && hello.lastSeq < lastSeq;
  if (isOtherStore) state.events.value = [];
  if (isOtherStore || lastSeq === null) {
    lastSeq = hello.lastSeq;
    state.oldSeq.value = hello.lastSeq;
    void loadEvents(hello.lastSeq);
  }
  void loadScores(hello.nowMs - HISTORY_MS);
}

/** The newest of the events of the past; those that happen meanwhile come over the feed. */
async function loadEvents(untilSeq: number): Promise<void> {
  // An event has a start and an end, and updates: ask for more than fit into the list.
  const count = 2 * state.EVENTS_KEPT;
  const path = `/api/events?after=${Math.max(0, untilSeq - count)}&limit=${count}`;
  const answer = await getJson<{ events: DetectionEvent[] }>(path).catch(() => null);
  if (answer) state.addEvents(answer.events);
}

/** The scores that the page did not see, because it was not there or not connected. */
async function loadScores(sinceMs: number): Promise<void> {
  type Past = { cameraId: string; ruleId: string; points: [atMs: number, score: number | null][] };
  const path = `/api/scores?since=${Math.max(0, Math.floor(sinceMs))}`;
  const answer = await getJson<{ series: Past[] }>(path).catch(() => null);
  if (!answer) return;
  clearSeries();
  for (const past of answer.series) seriesOf(past).addPast(past.points);
}

/** Four bytes of length, the header as JSON, the JPEG: see `encodeFrame` in server/messages.ts. */
function takeFrame(data: ArrayBuffer): void {
  const end = 4 + new DataView(data).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(data.slice(4, end))) as FrameHeader;
  state.addPicture(header, new Blob([data.slice(end)], { type: 'image/jpeg' }));
}
