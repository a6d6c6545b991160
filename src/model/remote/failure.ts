import { WordwatchError } from '../../shared/errors.js';

/** Options of a {@link RemoteFailure}. */
export interface RemoteFailureOptions {
  cause?: unknown;
  hint?: string;
  userInput?: boolean;
  /** `soon`: the same request may succeed in a moment; `later`: when the server was mended; `never`: it has to change. */
  again?: 'soon' | 'later' | 'never';
  /** HTTP status of the answer that says so. */
  status?: number;
  /** What the server asked for. */
  retryAfterMs?: number | null;
}

/**
 * What a model server did not do. Codes: `remote-unreachable`, `remote-not-ready`, `remote-refused` (401, 403),
 * `remote-not-found`, `remote-failed` (any other status), `remote-invalid-answer`, `remote-unsuitable` (no network for
 * such pictures), `remote-mismatch` (another model than the local half's, or than before).
 */
export class RemoteFailure extends WordwatchError {
  /** Whether to try the same request again at once. */
  readonly isTransient: boolean;
  readonly retryAfterMs: number | null;
  /** HTTP status of the answer that says so; null: none does. */
  readonly status: number | null;

  constructor(code: string, message: string, options: RemoteFailureOptions = {}) {
    const { again = 'never', retryAfterMs = null, status = null, ...rest } = options;
    super(code, message, { ...rest, retryable: again !== 'never' });
    this.isTransient = again === 'soon';
    this.retryAfterMs = retryAfterMs;
    this.status = status;
  }
}

/** An answer that is not what the protocol says. */
export function invalidAnswer(place: string, what: string, cause?: unknown): RemoteFailure {
  return new RemoteFailure('remote-invalid-answer', `${place} ${what}`, {
    cause,
    again: 'later',
    hint: 'wordwatch needs a server that speaks the Open Inference Protocol (KServe v2) over HTTP.',
  });
}

/** What a call gets when the model was closed meanwhile. */
export function closed(): WordwatchError {
  return new WordwatchError('model-closed', 'the model is closed');
}
