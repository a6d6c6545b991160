// Runs the real service with a real broker, breaks things at random, and counts what became of the events.
//   npm run -s soak -- (--times N | --minutes M) [--seed N] [--json]
import { parseArgs } from 'node:util';
import { type CampaignResult, campaign, isAsBefore, type Strike } from './campaign.js';
import { isBalanced } from './ledger.js';

const WARM_MS = 15_000;
/** The broker's waits are short again when a connection has lasted 10 s. */
const MEAN_PAUSE_MS = 6_000;

const { values } = parseArgs({
  options: {
    times: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
// The processes that it has started must not outlive it.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

const [times, minutes, seed] = [Number(values.times ?? 1), Number(values.minutes), Number(values.seed)];
if (!Number.isSafeInteger(times) || times < 1 || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write('--times is a whole number from 1 on, --minutes one above 0, --seed a whole number\n');
  process.exitCode = 2;
} else {
  const result = await campaign({
    ...{ seed, warmMs: WARM_MS, meanPauseMs: MEAN_PAUSE_MS },
    ...{ signal: interrupted.signal, onStrike: tell },
    long: values.times === undefined ? { minutes } : { times },
  });
  if (!result.hasDisk) process.stderr.write('disk full: left out, this user may not mount a disk to fill\n');
  const lines = [...faultLines(result.strikes), booksOf(result)];
  for (const line of lines) process.stdout.write(values.json ? `${JSON.stringify(line)}\n` : inWords(line));
  const { strikes, ledger, waiting, held } = result;
  const isWell =
    strikes.every(({ recoveryMs }) => recoveryMs !== null) && isAsBefore(held.after, held.before);
  process.exitCode = isWell && waiting === 0 && isBalanced(ledger) ? 0 : 3;
}

function tell({ fault, recoveryMs }: Strike): void {
  const what = recoveryMs === null ? 'did not recover' : `recovered in ${(recoveryMs / 1000).toFixed(1)} s`;
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(8)} s  ${fault}: ${what}\n`);
}

/** A line a fault. */
function faultLines(strikes: readonly Strike[]): Record<string, string | number | null>[] {
  return [...new Set(strikes.map(({ fault }) => fault))].sort().map((fault) => {
    const all = strikes.filter((strike) => strike.fault === fault).map(({ recoveryMs }) => recoveryMs);
    const times = all.filter((recoveryMs) => recoveryMs !== null).sort((one, other) => one - other);
    return {
      ...{ fault, times: all.length, notRecovered: all.length - times.length },
      recoveryMsMedian: times[Math.floor(times.length / 2)] ?? null,
      recoveryMsMax: times.at(-1) ?? null,
    };
  });
}

function booksOf({ ledger, waiting, held }: CampaignResult): Record<string, number> {
  const both = Object.entries(held.before).flatMap(([what, before]) => [
    [`${what}Before`, before],
    [`${what}After`, held.after[what as keyof typeof held.after]],
  ]);
  return { ...ledger, waiting, ...Object.fromEntries(both) };
}

function inWords(line: Record<string, string | number | null>): string {
  const words = Object.entries(line).map(([name, value]) => `${name} ${value}`);
  return `${words.join('  ')}\n`;
}
