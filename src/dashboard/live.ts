import type { FrameHeader, ServerMessage } from '../server/messages.js';
import * as state from './state.js';

const RETRY_MS = 1_500;
/** The newest event seen. The first time, all that are stored are asked for. */
let lastSeq = 0;

/** Opens the live feed, and opens it again whenever it closes, going on after the last event seen. */
export async function connect(): Promise<void> {
  const session = await fetch('/api/session').catch(() => null);
  if (session?.status === 401) {
    state.connection.value = 'signed-out';
    return;
  }
  const address = new URL(`/ws?after=${lastSeq}`, location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const socket = new WebSocket(address, 'wordwatch');
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    state.heardAtMs.value = Date.now();
    if (typeof data === 'string') take(JSON.parse(data) as ServerMessage);
    else takeFrame(data);
  };
  socket.onclose = () => {
    state.connection.value = 'connecting';
    setTimeout(connect, RETRY_MS);
  };
}

/** @returns whether the token was right */
export async function signIn(token: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const { ok } = await fetch('/api/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
  if (ok) {
    state.connection.value = 'connecting';
    void connect();
  }
  return ok;
}

function take(message: ServerMessage): void {
  switch (message.type) {
    case 'hello':
      state.connection.value = 'live';
      state.cameras.value = message.cameras;
      state.rules.value = message.rules;
      state.ruleProblems.value = message.ruleProblems;
      state.problems.value = message.problems;
      state.model.value = message.model;
      break;
    case 'event':
      lastSeq = Math.max(lastSeq, message.event.seq);
      state.addEvent(message.event);
      break;
    case 'score':
      state.addScore(`${message.cameraId}/${message.ruleId}`, message);
      break;
    case 'camera':
      state.cameras.value = state.cameras.value.map((camera) =>
        camera.id === message.status.cameraId ? { ...camera, status: message.status } : camera,
      );
      break;
    case 'rules':
      state.rules.value = message.rules;
      state.ruleProblems.value = message.problems;
      break;
    case 'problem':
      state.problems.value = message.problems;
  }
}

/** Four bytes of length, the header as JSON, the JPEG: see `encodeFrame` in server/messages.ts. */
function takeFrame(data: ArrayBuffer): void {
  const end = 4 + new DataView(data).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(data.slice(4, end))) as FrameHeader;
  state.addPicture(header, new Blob([data.slice(end)], { type: 'image/jpeg' }));
}
