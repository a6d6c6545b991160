import { WordwatchError } from '../shared/errors.js';
import type { RememberedCamera } from '../store/vectors/vector-store.js';
import type { BacktestOptions } from './backtest.js';

/** Ids of cameras, each once. */
export function namesOf(stored: readonly RememberedCamera[]): string[] {
  return [...new Set(stored.map(({ cameraId }) => cameraId))];
}

/** Cameras to be tried. @throws WordwatchError `unknown-camera` */
export function camerasOf(
  { cameras, folder }: Pick<BacktestOptions, 'cameras' | 'folder'>,
  stored: readonly RememberedCamera[],
): string[] {
  const known = namesOf(stored);
  const unknown = cameras?.find((id) => !known.includes(id));
  if (unknown === undefined) return cameras ? [...new Set(cameras)] : known;
  throw new WordwatchError('unknown-camera', `nothing is stored of a camera "${unknown}" in ${folder}`, {
    userInput: true,
    hint: `Cameras there: ${known.join(', ')}.`,
  });
}

/**
 * The stretch to be told.
 * @throws WordwatchError `vectors-missing`, `vectors-other-model`, `backtest-range`
 */
export function rangeOf(
  {
    fromMs,
    toMs,
    model,
    folder,
  }: Pick<BacktestOptions, 'fromMs' | 'toMs' | 'folder'> & {
    model: Pick<BacktestOptions['model'], 'modelHash' | 'name'>;
  },
  stored: readonly RememberedCamera[],
): { fromMs: number; toMs: number } {
  const ours = stored.filter(({ modelHash }) => modelHash === model.modelHash);
  if (stored.length === 0) {
    throw new WordwatchError('vectors-missing', `${folder}: nothing is remembered in this folder yet`, {
      userInput: true,
      hint: 'What "run" sees is written within two minutes.',
    });
  }
  if (ours.length === 0) {
    throw new WordwatchError('vectors-other-model', `what is stored in ${folder} was made by another model`, {
      userInput: true,
      hint: `This one is ${model.name}: name the other with --model.`,
    });
  }
  const [first, last] = [
    Math.min(...ours.map((row) => row.fromMs)),
    Math.max(...ours.map((row) => row.toMs)),
  ];
  const range = { fromMs: fromMs ?? first, toMs: toMs ?? last + 1 };
  if (range.fromMs < range.toMs && range.fromMs <= last && range.toMs > first) return range;
  const text = (ms: number) => new Date(ms).toISOString();
  const isReversed = range.fromMs >= range.toMs && fromMs !== null && toMs !== null;
  const message = isReversed
    ? `the time ends (${text(range.toMs)}) before it begins (${text(range.fromMs)})`
    : `nothing is stored of that time in ${folder}`;
  throw new WordwatchError('backtest-range', message, {
    userInput: true,
    hint: `What is stored reaches from ${text(first)} to ${text(last)}.`,
  });
}
