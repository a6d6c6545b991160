import { parentPort } from 'node:worker_threads';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { Hand, type HandReply, type HandTask } from './hand.js';

// A thread that does a share of a backtest.

/** What the thread answers. */
export type WorkerAnswer =
  | { reply: HandReply }
  | { error: { code: string; message: string; hint: string | null } };

const port = parentPort!;
const hand = new Hand();

port.on('message', (task: HandTask) => {
  try {
    port.postMessage({ reply: hand.handle(task) } satisfies WorkerAnswer);
  } catch (error) {
    port.postMessage({
      error: {
        code: codeOf(error) ?? 'backtest-failed',
        message: messageOf(error),
        hint: (error instanceof WordwatchError && error.hint) || null,
      },
    } satisfies WorkerAnswer);
  }
});
