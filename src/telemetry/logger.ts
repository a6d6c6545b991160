import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactUrl } from '../shared/redact-url.js';

export type { Logger };

/** `pretty` for people, `json` for machines. */
export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** How the program talks on stderr. */
export interface LoggerOptions {
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  format?: LogFormat;
}

/** A logger on stderr: stdout is data. Every line that leaves it has passed `redactUrl`. */
export function createLogger({ level = 'info', format = 'pretty' }: LoggerOptions = {}): Logger {
  const redacted = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      process.stderr.write(redactUrl(line));
      done();
    },
  });
  const destination =
    format === 'json'
      ? redacted
      : pretty({
          destination: redacted,
          colorize: process.stderr.isTTY ?? false,
          ignore: 'pid,hostname',
          translateTime: 'SYS:HH:MM:ss',
          singleLine: true,
        });
  return pino({ level, base: null }, destination);
}
