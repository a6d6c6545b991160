/** Options of a {@link WordwatchError}. */
export interface WordwatchErrorOptions {
  /** What went wrong underneath. */
  cause?: unknown;
  /** The command or edit that mends it, shown on a line of its own. */
  hint?: string;
  /** True where the same call may succeed later (a broker that is down, a camera that is off). */
  retryable?: boolean;
  /** True where the user's input is wrong (config, rule, argument): the CLI then exits with 2 instead of 1. */
  userInput?: boolean;
}

/** Every error that crosses a module border: a stable `code` for programs, a sentence for people. */
export class WordwatchError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly userInput: boolean;
  readonly #retryable: boolean;

  constructor(code: string, message: string, options: WordwatchErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WordwatchError';
    this.code = code;
    this.hint = options.hint;
    this.userInput = options.userInput ?? false;
    this.#retryable = options.retryable ?? false;
  }

  /** Whether trying the same again later can help. */
  shouldRetry(): boolean {
    return this.#retryable;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error or a {@link WordwatchError}, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
