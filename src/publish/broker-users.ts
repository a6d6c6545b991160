import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Clock, systemClock } from '../shared/clock.js';
import { FAILURES_ALLOWED, FailureLimit } from '../shared/failure-limit.js';
import type { Logger } from '../telemetry/logger.js';

/** Who may use the embedded broker. */
export interface BrokerUser {
  name: string;
  password: string;
}

/** What a client says of itself. */
export interface SignIn {
  name: string | undefined;
  password: Buffer | undefined;
  /** Where it connects from. */
  address: string;
}

/** Lets clients into the embedded broker, or not, and slows down whoever guesses. */
export class BrokerUsers {
  /** The program itself: no guess hits it, and none shuts it out. */
  readonly own: BrokerUser = {
    name: `wordwatch-${randomBytes(6).toString('hex')}`,
    password: randomBytes(24).toString('base64url'),
  };
  readonly #users: readonly Buffer[];
  readonly #own: Buffer;
  readonly #failures = new FailureLimit();
  readonly #logger: Logger;
  readonly #clock: Clock;

  constructor({
    users,
    logger,
    clock = systemClock,
  }: {
    users: readonly BrokerUser[];
    logger: Logger;
    clock?: Clock;
  }) {
    this.#users = users.map(({ name, password }) => digestOf(name, password));
    this.#own = digestOf(this.own.name, this.own.password);
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Whether a client may come in. Takes the same time whichever part of name and password is wrong. */
  isLetIn({ name = '', password = Buffer.alloc(0), address }: SignIn): boolean {
    const offered = digestOf(name, password);
    if (timingSafeEqual(offered, this.#own)) return true;
    if (this.#failures.waitMs(address, this.#clock.nowMs()) > 0) return false;
    // All are compared, so that the time does not tell which user it was either.
    const isKnown = this.#users.reduce((found, user) => timingSafeEqual(offered, user) || found, false);
    if (!isKnown) this.#fail(address);
    return isKnown;
  }

  #fail(address: string): void {
    const nowMs = this.#clock.nowMs();
    // The first, and the one that shuts the address out: guessing must not fill the log.
    if (!this.#failures.hasFailed(address, nowMs))
      this.#logger.warn({ address }, 'MQTT client refused: bad user name or password');
    if (this.#failures.add(address, nowMs))
      this.#logger.warn({ address, failures: FAILURES_ALLOWED }, 'MQTT client shut out for a minute');
  }
}

/** Of one length whatever goes in, so that comparing does not tell lengths; of two parts that cannot be mixed up. */
function digestOf(name: string, password: string | Buffer): Buffer {
  const part = (value: string | Buffer) => createHash('sha256').update(value).digest();
  return createHash('sha256').update(part(name)).update(part(password)).digest();
}
