import { z } from 'zod';
import { DURATION, parseDurationMs } from '../shared/duration.js';
import { quoted, withSuggestion } from './problem.js';

/** A mapping whose unknown keys are errors that name the nearest known key, one line a key. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys as string[]).map((key) => unknownKey(key, known)).join('\n')
        : undefined,
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const plain = `unknown key ${quoted(key)}`;
  const suggesting = withSuggestion(plain, key, known);
  return suggesting === plain ? `${plain}; known here: ${known.join(', ')}` : suggesting;
}

/** Text of a certain form; `what` completes the sentence "expected …". */
export function matching(pattern: RegExp, what: string) {
  return z.string(`expected ${what}`).regex(pattern, what);
}

/** A number with a unit (`ms`, `s`, `m`, `h`, `d`) in the file, milliseconds in the program. */
export function duration({ min = '0s', max = '3650d' }: { min?: string; max?: string } = {}) {
  return matching(DURATION, 'a duration such as "10s", "1.5h" or "90d"')
    .transform((text) => Math.round(parseDurationMs(text)))
    .superRefine((ms, context) => {
      if (ms < parseDurationMs(min)) context.addIssue({ code: 'custom', message: `expected ≥ ${min}` });
      if (ms > parseDurationMs(max)) context.addIssue({ code: 'custom', message: `expected ≤ ${max}` });
    });
}

/** Message where text is needed and none is given. */
export const NOT_EMPTY = 'expected text that is not empty';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
export const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f]*$/;

/** One line of text for people or for the model; blanks around it do not count. */
export function line(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1, NOT_EMPTY)
    .max(maxLength)
    .regex(NO_CONTROL_CHARACTERS, 'text without control characters');
}

/** A password or the like. */
export const Secret = z.string().min(1, NOT_EMPTY).max(256);

/** For descriptions of secrets. */
export const FROM_ENVIRONMENT = `\${NAME} reads the environment`;

/** A TCP port to listen on; 0: any free one. */
export const Port = z.int().min(0).max(65_535);

/** A host name or IP address to listen on. */
export function host() {
  return matching(/^[A-Za-z0-9.:_-]{1,253}$/, 'a host name or IP address');
}

/** A part of the frame's width or height. */
export const Fraction = z.number().min(0).max(1);

/** Floating point: 0.7 + 0.3 may be a hair above 1. */
export const ROUNDING = 1e-9;
