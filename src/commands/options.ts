import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { duration } from '../config/fields.js';
import { Remote } from '../config/index.js';
import {
  DEVICES,
  type Device,
  DTYPES,
  type Dtype,
  type ModelChoice,
  type RemoteChoice,
} from '../model/index.js';
import { WordwatchError } from '../shared/errors.js';

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

/** Adds the options that choose a model, and a server for its pictures. */
export function withRemoteModel(command: Command): Command {
  return withModel(command).addOption(
    new Option(
      '--remote <url>',
      'the model at a server that embeds the pictures, http://HOST:PORT/v2/models/NAME; its token is read from WORDWATCH_REMOTE_TOKEN',
    ),
  );
}

/** What commander makes of {@link withModel}'s options. */
export interface ModelArguments {
  model: string;
  dtype?: Dtype;
  device: Device;
  remote?: string;
}

/** What else {@link choiceOf} needs. */
export interface ChoiceContext {
  /** Where a relative folder starts. */
  baseFolder: string;
  /** Of `--remote`. */
  remoteToken: string | null;
}

/** @throws WordwatchError `option-invalid` */
export function choiceOf(
  { model, dtype, device, remote }: ModelArguments,
  { baseFolder, remoteToken }: ChoiceContext,
): ModelChoice {
  return {
    name: model,
    baseFolder,
    dtype: dtype ?? null,
    device,
    remote: remote === undefined ? null : remoteOf(remote, remoteToken),
  };
}

/** Not an `argParser`: commander's errors repeat the value, which may hold a password. */
function remoteOf(url: string, token: string | null): RemoteChoice {
  const { data, error } = Remote.safeParse({ url, ...(token === null ? {} : { token }) });
  if (data) return data;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  const what = path[0] === 'token' ? 'WORDWATCH_REMOTE_TOKEN' : '--remote';
  const expected = message.startsWith('expected') ? message : `expected ${message}`;
  throw new WordwatchError('option-invalid', `${what}: ${expected}`, { userInput: true });
}
