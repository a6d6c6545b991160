import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { WordwatchError } from '../shared/errors.js';
import { SUBPROTOCOL } from './messages.js';

/** Name of the session cookie. */
export const SESSION_COOKIE = 'wordwatch_session';
/** A browser stays signed in for so long. */
export const SESSION_S = 30 * 24 * 60 * 60;

/** The headers of a request that say who asks, as far as it has them. */
export interface Credentials {
  authorization: string | undefined;
  cookie: string | undefined;
  /** `Sec-WebSocket-Protocol`, only of WebSocket requests. */
  protocol?: string | undefined;
}

/** Who may see what. All or nothing for now: scopes join here. */
export class Access {
  readonly #token: string | null;
  readonly #checksHost: boolean;

  /**
   * @param options.host address the server is bound to
   * @param options.token null: everybody who reaches the server may use it, so only this machine may reach it
   * @throws WordwatchError `token-needed` when the server would be open to other machines without a token
   */
  constructor({ host, token }: { host: string; token: string | null }) {
    if (token === null && !isLoopback(host)) {
      throw new WordwatchError(
        'token-needed',
        `server.host ${host} can be reached by other machines, and there is no server.token`,
        {
          hint: 'Set server.token to a long random text from the environment, or server.host to 127.0.0.1.',
          userInput: true,
        },
      );
    }
    this.#token = token;
    this.#checksHost = token === null;
  }

  /** Whether a token is asked for at all. */
  get needsToken(): boolean {
    return this.#token !== null;
  }

  /**
   * Against DNS rebinding: a foreign page whose name was made to point at this machine is same-origin to the browser, but
   * still sends its own name as Host. With a token it has no cookie under that name, so any Host will do.
   */
  isHostAllowed(host: string | undefined): boolean {
    return !this.#checksHost || (host !== undefined && isLoopback(hostnameOf(host)));
  }

  /** Browsers say from which page a request comes; programs say nothing. Only our own page may. */
  isOriginAllowed(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  /** Whether a request carries the token or a session. */
  isAuthorized({ authorization, cookie, protocol }: Credentials, nowMs: number): boolean {
    if (this.#token === null) return true;
    const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (bearer !== undefined && this.isToken(bearer)) return true;
    if (tokensInProtocol(protocol).some((offered) => this.isToken(offered))) return true;
    const session = sessionIn(cookie);
    return session !== null && this.#isSession(session, nowMs);
  }

  /** Compares in constant time. */
  isToken(text: string): boolean {
    return this.#token !== null && equals(text, this.#token);
  }

  /**
   * The value of a session cookie: when it expires, signed with the token. Nothing is stored, so that a restart signs
   * nobody out, and a changed token everybody.
   */
  newSession(nowMs: number): string {
    const expiresS = Math.floor(nowMs / 1000) + SESSION_S;
    return `${expiresS}.${this.#sign(expiresS)}`;
  }

  #isSession(session: string, nowMs: number): boolean {
    const [, expires, signature] = /^(\d{1,12})\.([\w-]+)$/.exec(session) ?? [];
    if (expires === undefined || signature === undefined) return false;
    return equals(signature, this.#sign(Number(expires))) && Number(expires) * 1000 > nowMs;
  }

  #sign(expiresS: number): string {
    return createHmac('sha256', this.#token ?? '')
      .update(`session ${expiresS}`)
      .digest('base64url');
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
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
