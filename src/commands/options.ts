import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration } from '../config/fields.js';
import { DEVICES, type Device, DTYPES, type Dtype, type ModelChoice } from '../model/index.js';

// Options that several commands share, and readers of their values.

/** A number within bounds, or commander's error that names the option. */
export function numberIn(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= from && value <= to)) {
      throw new InvalidArgumentError(`expected a number from ${from} to ${to}.`);
    }
    return value;
  };
}

/** Milliseconds since the epoch. */
export function timeMs(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value))
    throw new InvalidArgumentError('expected a time such as 2026-05-01T20:00:00+02:00.');
  return value;
}

/** Milliseconds of a duration such as 90s, 6h or 2d. */
export function durationMs(text: string): number {
  const parsed = duration({ min: '1s', max: '14d' }).safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('expected a duration from 1s to 14d, such as 6h.');
  return parsed.data;
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON object a line on stdout');
}

export function dtypeOption(): Option {
  return new Option('--dtype <kind>', 'which of the model’s weights').choices(DTYPES);
}

/** Adds the options that choose a model. */
export function withModel(command: Command): Command {
  return command
    .addOption(
      new Option('--model <model>', 'a model of the catalogue, or a folder in the hub’s layout').default(
        'auto',
      ),
    )
    .addOption(dtypeOption())
    .addOption(new Option('--device <device>', 'what the model runs on').choices(DEVICES).default('cpu'));
}

/** What commander makes of {@link withModel}'s options. */
export interface ModelArguments {
  model: string;
  dtype?: Dtype;
  device: Device;
}

/** @param baseFolder where a relative folder starts */
export function choiceOf({ model, dtype, device }: ModelArguments, baseFolder: string): ModelChoice {
  return { name: model, baseFolder, dtype: dtype ?? null, device };
}
