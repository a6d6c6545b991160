import { InvalidArgumentError } from 'commander';
import { parseDurationMs } from '../shared/duration.js';
import { WordwatchError } from '../shared/errors.js';

/** Milliseconds since the epoch, of `7d` ago or of a time such as 2026-05-01T20:00:00+02:00: commander's error names the option. */
export function pastTime(text: string): number {
  const agoMs = parseDurationMs(text);
  const atMs = Number.isNaN(agoMs) ? Date.parse(text) : Date.now() - agoMs;
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError(
      'expected how long ago, such as 7d, or a time such as 2026-05-01T20:00:00+02:00.',
    );
  return atMs;
}

/**
 * Milliseconds since the epoch of `--since` and `--until`, checked.
 * @param since undefined: all there is @param until undefined: until now
 * @throws WordwatchError `time-range`: in the future, or reversed
 */
export function timeRange(
  { since, until }: { since: number | undefined; until: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const [fromMs, toMs] = [since ?? Number.NEGATIVE_INFINITY, until ?? Number.POSITIVE_INFINITY];
  const said = (ms: number) => new Date(ms).toISOString();
  if (fromMs > nowMs) throw wrong(`--since ${said(fromMs)} is in the future`);
  if (fromMs >= toMs) throw wrong(`--since ${said(fromMs)} is not before --until ${said(toMs)}`);
  return { fromMs, toMs };
}

function wrong(message: string): WordwatchError {
  return new WordwatchError('time-range', message, {
    userInput: true,
    hint: 'Give the earlier time as --since and the later one as --until; 7d means seven days ago.',
  });
}
