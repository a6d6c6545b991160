import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';

/** Limits of threads. What is made for each frame is garbage at once: with room for it, hardly any is ever copied. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 48 };

/** What a thread answers. */
export type WorkerAnswer<Reply> =
  | { reply: Reply }
  | { error: { code: string; message: string; hint: string | null } };

/** Does it, and makes an answer of what came of it. */
export function answerOf<Reply>(work: () => Reply): WorkerAnswer<Reply> {
  try {
    return { reply: work() };
  } catch (error) {
    const hint = (error instanceof WordwatchError && error.hint) || null;
    return { error: { code: codeOf(error) ?? 'backtest-failed', message: messageOf(error), hint } };
  }
}

/** @throws WordwatchError what the thread says */
export function replyOf<Reply>(answer: WorkerAnswer<Reply>): Reply {
  if ('reply' in answer) return answer.reply;
  const { code, message, hint } = answer.error;
  throw new WordwatchError(code, message, hint === null ? {} : { hint });
}
