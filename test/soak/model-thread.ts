import { on, once } from 'node:events';
import { WebSocket } from 'ws';

const TIMEOUT_MS = 30_000;
const HOLDS_MODEL = `process.getBuiltinModule('node:worker_threads').workerData?.images !== undefined`;
const DIE = `void setTimeout(() => { throw new Error('killed by a fault'); })`;

/**
 * Has one of the threads with the model die of an error, in a process of Node that a debugger may look into: from outside
 * nothing can end a thread without its process.
 * @param debuggerUrl what the process said that it listens on
 * @returns when the thread is gone
 */
export async function killModelThread(debuggerUrl: string): Promise<void> {
  const socket = new WebSocket(debuggerUrl);
  const messages = on(socket, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  await once(socket, 'open');
  const ask = (method: string, params: object) =>
    socket.send(JSON.stringify({ id: 1, method: `NodeWorker.${method}`, params }));
  const evaluate = (sessionId: string, expression: string) => {
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    ask('sendMessageToWorker', { sessionId, message });
  };
  ask('enable', { waitForDebuggerOnStart: false });
  let chosen: string | null = null;
  for await (const [data] of messages) {
    const { method, params } = JSON.parse(String(data));
    if (method === 'NodeWorker.attachedToWorker') evaluate(params.sessionId, HOLDS_MODEL);
    if (method === 'NodeWorker.receivedMessageFromWorker' && chosen === null) {
      if (JSON.parse(params.message).result?.result?.value !== true) continue;
      chosen = params.sessionId as string;
      evaluate(chosen, DIE);
    }
    if (method === 'NodeWorker.detachedFromWorker' && params.sessionId === chosen) break;
  }
  socket.close();
}
