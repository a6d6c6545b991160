import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactUrl } from '../shared/redact-url.js';

export type { Logger };

/** How the program talks on stderr. */
export interface LoggerOptions {
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `pretty` for people, `json` for machines. */
  format?: 'pretty' | 'json';
}

/** A logger on stderr: stdout is data. Every string that leaves it has passed `redactUrl`. */
export function createLogger({ level = 'info', format = 'pretty' }: LoggerOptions = {}): Logger {
  const destination =
    format === 'json'
      ? { write: (line: string) => void process.stderr.write(redactUrl(line)) }
      : pretty({
          destination: { write: (line: string) => process.stderr.write(redactUrl(line)) } as never,
          colorize: process.stderr.isTTY ?? false,
          ignore: 'pid,hostname',
          translateTime: 'SYS:HH:MM:ss',
          singleLine: true,
          sync: true,
        });
  return pino({ level, base: null }, destination);
}
