import { parentPort } from 'node:worker_threads';
import { Hand, type HandTask } from './hand.js';
import { answerOf } from './worker-answer.js';

// A thread that does a share of a backtest.

const port = parentPort!;
const hand = new Hand();

port.on('message', (task: HandTask) => port.postMessage(answerOf(() => hand.handle(task))));
