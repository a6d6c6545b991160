import { parentPort } from 'node:worker_threads';
import { PreviewHand, type PreviewReply, type PreviewTask } from './preview-hand.js';
import { answerOf } from './worker-answer.js';

// A thread that tries rules for those who write them.

const port = parentPort!;
const hand = new PreviewHand();

port.on('message', (task: PreviewTask) => port.postMessage(answerOf<PreviewReply>(() => hand.handle(task))));
