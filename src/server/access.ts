import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { WordwatchError } from '../shared/errors.js';
import { FailureLimit } from '../shared/failure-limit.js';
import { isLoopback } from '../shared/loopback.js';
import type { Logger } from '../telemetry/logger.js';
import { SUBPROTOCOL } from './messages.js';
import { type AccessToken, MAIN_TOKEN, type Scope } from './scopes.js';

/** Name of the session cookie. */
export const SESSION_COOKIE = 'wordwatch_session';
/** A browser stays signed in for so long. */
export const SESSION_S = 30 * 24 * 60 * 60;

/** The headers of a request that say who asks, as far as it has them. */
export interface Credentials {
  authorization?: string | undefined;
  cookie?: string | undefined;
  /** `Sec-WebSocket-Protocol`, only of WebSocket requests. */
  protocol?: string | undefined;
  /** IP address that the request came from. */
  address: string;
}

/** Who asks. */
export interface Visitor {
  /** Of the token; null: none is asked for. */
  name: string | null;
  scope: Scope;
}

/** Why somebody is not let in. */
export interface NotLetIn {
  refused: 'unauthorized' | 'too-many-failures';
  /** Before it no other token of this address is looked at; 0: try another at once. */
  retryAfterS: number;
}

/** What {@link Access} needs. */
export interface AccessOptions {
  /** Address the server is bound to. */
  host: string;
  /** Short for one of `tokens` with scope `control`. Neither: everybody who reaches the server may use it, so only this machine may reach it. */
  token: string | null;
  tokens?: readonly AccessToken[] | undefined;
  /** Sessions are signed with it. Default: a random one, so that they end with the program. */
  sessionKey?: Buffer | undefined;
  logger?: Pick<Logger, 'warn'> | undefined;
}

/** Who may see and do what. */
export class Access {
  readonly #tokens: readonly AccessToken[];
  readonly #sessionKey: Buffer;
  readonly #failures = new FailureLimit();
  readonly #logger: Pick<Logger, 'warn'> | undefined;

  /** @throws WordwatchError `token-needed` when the server would be open to other machines without a token */
  constructor({ host, token, tokens = [], sessionKey = randomBytes(32), logger }: AccessOptions) {
    const main: AccessToken[] = token === null ? [] : [{ name: MAIN_TOKEN, token, scope: 'control' }];
    this.#tokens = [...main, ...tokens];
    this.#sessionKey = sessionKey;
    this.#logger = logger;
    if (!this.needsToken && !isLoopback(host)) {
      throw new WordwatchError(
        'token-needed',
        `server.host ${host} can be reached by other machines, and there is no server.token`,
        {
          hint: 'Set server.token to a long random text from the environment, or server.host to 127.0.0.1.',
          userInput: true,
        },
      );
    }
  }

  /** Whether a token is asked for at all. */
  get needsToken(): boolean {
    return this.#tokens.length > 0;
  }

  /**
   * Against DNS rebinding: a foreign page whose name was made to point at this machine is same-origin to the browser, but
   * still sends its own name as Host. With a token it has no cookie under that name, so any Host will do.
   */
  isHostAllowed(host: string | undefined): boolean {
    return this.needsToken || (host !== undefined && isLoopback(hostnameOf(host)));
  }

  /** Browsers say from which page a request comes; programs say nothing. Only our own page may. */
  isOriginAllowed(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  /**
   * Who carries these credentials. Who offers a token is judged by it alone, and only so often: otherwise a session that may
   * only look could try out tokens that may do more. A session cannot be guessed, so wrong ones do not count, and right ones
   * hold while somebody else at the same address tries out tokens.
   */
  admit({ authorization, cookie, protocol, address }: Credentials, nowMs: number): Visitor | NotLetIn {
    if (!this.needsToken) return { name: null, scope: 'control' };
    const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    const offered = bearer === undefined ? tokensInProtocol(protocol) : [bearer];
    if (offered.length > 0) {
      const token = this.#take(offered, { address, nowMs });
      return 'refused' in token ? token : visitorOf(token);
    }
    const token = this.#tokenOf(sessionIn(cookie), nowMs);
    return token ? visitorOf(token) : UNAUTHORIZED;
  }

  /**
   * The value of a session cookie for who knows a token: the token's name and scope and when it expires, signed together
   * with the token. Nothing is kept of it, so that a restart signs nobody out, and a token that is changed or gone exactly
   * those who came with it.
   */
  signIn(offered: string, { address, nowMs }: { address: string; nowMs: number }): string | NotLetIn {
    const token = this.#take([offered], { address, nowMs });
    if ('refused' in token) return token;
    const expiresS = Math.floor(nowMs / 1000) + SESSION_S;
    return `${token.name}.${token.scope}.${expiresS}.${this.#sign(token, expiresS)}`;
  }

  /** The token that was offered, spelt in one of several ways. */
  #take(
    offered: readonly string[],
    { address, nowMs }: { address: string; nowMs: number },
  ): AccessToken | NotLetIn {
    const waitMs = this.#failures.waitMs(address, nowMs);
    if (waitMs > 0) return { refused: 'too-many-failures', retryAfterS: Math.ceil(waitMs / 1000) };
    // All are compared: how long it takes must not tell which one was nearly right.
    const right = this.#tokens.filter(
      ({ token }) => offered.filter((text) => equals(text, token)).length > 0,
    );
    if (right[0]) return right[0];
    const isLast = this.#failures.add(address, nowMs);
    if (isLast)
      this.#logger?.warn({ address }, 'too many wrong tokens, tokens from this address have to wait');
    return UNAUTHORIZED;
  }

  #tokenOf(session: string | null, nowMs: number): AccessToken | undefined {
    const [, name, scope, expires, signature] =
      /^([a-z0-9_-]{1,64})\.(view|control)\.(\d{1,12})\.([\w-]+)$/.exec(session ?? '') ?? [];
    if (signature === undefined || Number(expires) * 1000 <= nowMs) return undefined;
    const token = this.#tokens.find((known) => known.name === name && known.scope === scope);
    return token && equals(signature, this.#sign(token, Number(expires))) ? token : undefined;
  }

  /** Not with the token alone: then every made-up session would be a guess at it that nobody counts. */
  #sign({ name, token, scope }: AccessToken, expiresS: number): string {
    const signed = `session ${name} ${scope} ${expiresS} ${token}`;
    return createHmac('sha256', this.#sessionKey).update(signed).digest('base64url');
  }
}

const UNAUTHORIZED: NotLetIn = { refused: 'unauthorized', retryAfterS: 0 };

function visitorOf({ name, scope }: AccessToken): Visitor {
  return { name, scope };
}

/** `localhost:8787` → `localhost`, `[::1]:8787` → `::1`. */
function hostnameOf(host: string): string {
  if (!URL.canParse(`http://${host}`)) return '';
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}

/** `wordwatch, token.…`, as it is or with the characters percent-encoded that such a header cannot hold. */
function tokensInProtocol(protocol: string | undefined): string[] {
  const [name, ...others] = (protocol ?? '').split(',').map((part) => part.trim());
  const part = others.find((other) => other.startsWith('token.'));
  if (name !== SUBPROTOCOL || part === undefined) return [];
  const token = part.slice('token.'.length);
  try {
    return [token, decodeURIComponent(token)];
  } catch {
    return [token];
  }
}

function sessionIn(cookie: string | undefined): string | null {
  const pairs = (cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`));
  return found?.slice(SESSION_COOKIE.length + 1) ?? null;
}

/** Hashing first makes the time independent of the length too. */
function equals(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left!, right!);
}
