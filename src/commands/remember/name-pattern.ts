import { WordwatchError } from '../../shared/errors.js';
import { type CivilTime, momentOf } from './civil-time.js';

/** What the name of a recording says. */
export interface NameFacts {
  /** As it stands there; null: the name does not say. */
  camera: string | null;
  /** When the recording begins, milliseconds since the epoch; null: the name does not say. */
  startMs: number | null;
}

/** What may stand behind a %, and what it stands for. */
const DIRECTIVES: Record<string, { part: keyof CivilTime | 'unixS' | 'zone' | 'fraction'; digits: string }> =
  {
    Y: { part: 'year', digits: '\\d{4}' },
    m: { part: 'month', digits: '\\d{2}' },
    d: { part: 'day', digits: '\\d{2}' },
    H: { part: 'hour', digits: '\\d{2}' },
    M: { part: 'minute', digits: '\\d{2}' },
    S: { part: 'second', digits: '\\d{2}' },
    f: { part: 'fraction', digits: '\\d{1,9}' },
    z: { part: 'zone', digits: 'Z|[+-]\\d{2}:?\\d{2}' },
    s: { part: 'unixS', digits: '\\d{9,11}' },
  };
const NEEDED = ['year', 'month', 'day', 'hour', 'minute'] as const;
const EXAMPLE = '--name "{camera}/%Y-%m-%d/%H-%M-%S.mp4"';

/** Reads camera and start time from the end of a path, as a pattern says. */
export class NamePattern {
  readonly #expression: RegExp;
  readonly #hasTime: boolean;

  /**
   * @param text with a camera, a time or both: as of strftime and ffmpeg's segment muxer: `%Y %m %d %H %M %S %f %z %s`, and `{camera}`, `*` for anything
   *   without a slash; an ending such as `.mp4` may be left out
   * @throws WordwatchError `name-pattern-invalid`
   */
  constructor(text: string) {
    const parts = new Set<string>();
    const named = (part: string, inner: string): string => {
      if (parts.has(part)) throw invalid(text, `says ${part} twice`);
      parts.add(part);
      return `(?<${part}>${inner})`;
    };
    const body = text.replace(/%(.?)|\{(\w*)\}|\*|[^%{*]+|\{/g, (token, letter, word) => {
      if (token === '*') return '[^/]*';
      if (word === 'camera') return named('camera', '[^/]+?');
      if (letter === '%') return '%';
      const directive = letter === undefined ? undefined : DIRECTIVES[letter];
      if (directive) return named(directive.part, directive.digits);
      if (letter !== undefined || word !== undefined) throw invalid(text, `does not know ${token}`);
      return token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    });
    if (parts.size === 0) throw invalid(text, 'says neither camera nor time');
    this.#hasTime = [...parts].some((part) => part !== 'camera');
    const missing = NEEDED.filter((part) => !parts.has(part));
    if (this.#hasTime && !parts.has('unixS') && missing.length > 0)
      throw invalid(text, `does not say the ${missing[0]}`);
    this.#expression = new RegExp(`(?:^|/)${body}(?:\\.[A-Za-z0-9]+)?$`);
  }

  /**
   * @param path with `/` between its parts
   * @param timeZone in which the name counts, where it does not say one itself
   * @returns null: the name is not as the pattern says, or no such time exists
   */
  read(path: string, timeZone: string): NameFacts | null {
    const found = this.#expression.exec(path)?.groups;
    if (!found) return null;
    const camera = found.camera ?? null;
    if (!this.#hasTime) return { camera, startMs: null };
    if (found.unixS !== undefined) return { camera, startMs: Number(found.unixS) * 1000 };
    const time = {
      ...{ year: Number(found.year), month: Number(found.month), day: Number(found.day) },
      ...{ hour: Number(found.hour), minute: Number(found.minute), second: Number(found.second ?? 0) },
    };
    const startMs = momentOf(time, found.zone ?? timeZone);
    return startMs === null ? null : { camera, startMs: startMs + fractionMs(found.fraction) };
  }
}

function fractionMs(digits: string | undefined): number {
  return digits === undefined ? 0 : Math.round(Number(`0.${digits}`) * 1000);
}

function invalid(pattern: string, what: string): WordwatchError {
  return new WordwatchError('name-pattern-invalid', `--name ${JSON.stringify(pattern)} ${what}`, {
    userInput: true,
    hint: `A time is %Y %m %d %H %M (and, if you like, %S %f %z), or %s; {camera} and * stand for text. For example ${EXAMPLE}, or --name "{camera}.mp4" where names tell no time.`,
  });
}
