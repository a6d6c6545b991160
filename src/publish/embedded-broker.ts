import { createServer, type Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { type BrokerUser, BrokerUsers } from './broker-users.js';

/** CONNACK of MQTT 3.1.1. */
const BAD_PASSWORD = 4;
const LOOPBACK = '127.0.0.1';

/** What {@link createEmbeddedBroker} needs. */
export interface EmbeddedBrokerOptions {
  /** Address to listen on; default: only programs on this machine reach it. Another one needs users. */
  host?: string;
  /** 1883 is MQTT's own; 0: any free one. */
  port: number;
  /** Who may connect; default: everybody who reaches it. */
  users?: readonly BrokerUser[];
  logger: Logger;
}

/** A small MQTT 3.1.1 broker inside the program, for a first try without a broker of one's own. */
export interface EmbeddedBroker extends AsyncDisposable {
  /**
   * Opens the port.
   * @throws WordwatchError `port-taken` or `port-refused`
   */
  start(): Promise<void>;
  /** The port it listens on, once started. */
  readonly port: number;
  /** Its address for clients on this machine, once started. */
  readonly url: string;
  /** What the program itself signs in with; null: there are no users. */
  readonly ownUser: BrokerUser | null;
}

/** Makes a broker. Retained messages live as long as the program. */
export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  return new Broker(options);
}

class Broker implements EmbeddedBroker {
  readonly #options: EmbeddedBrokerOptions;
  readonly #users: BrokerUsers | null;
  #aedes: Aedes | null = null;
  #server: Server | null = null;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    const { users = [], logger } = options;
    this.#users = users.length > 0 ? new BrokerUsers({ users, logger }) : null;
  }

  get ownUser(): BrokerUser | null {
    return this.#users?.own ?? null;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address ? address.port : this.#options.port;
  }

  get url(): string {
    const { host = LOOPBACK } = this.#options;
    if (host === '0.0.0.0') return `mqtt://${LOOPBACK}:${this.port}`;
    if (host === '::') return `mqtt://[::1]:${this.port}`;
    return `mqtt://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  async start(): Promise<void> {
    const aedes = await Aedes.createBroker({
      // Messages for subscribers that are away would be kept in memory without a limit: every session is a new one.
      preConnect: (_client, packet, done) => {
        packet.clean = true;
        done(null, true);
      },
      authenticate: (client, name, password, done) => {
        const address = client.conn instanceof Socket ? (client.conn.remoteAddress ?? '') : '';
        const isLetIn = this.#users?.isLetIn({ name, password, address }) ?? true;
        if (isLetIn) done(null, true);
        else done(Object.assign(new Error('bad user name or password'), { returnCode: BAD_PASSWORD }), false);
      },
    });
    this.#aedes = aedes;
    const complain = (_client: unknown, error: Error) =>
      this.#options.logger.debug({ reason: messageOf(error) }, 'MQTT client failed');
    aedes.on('clientError', complain);
    aedes.on('connectionError', complain);
    const server = createServer((socket) => aedes.handle(socket));
    this.#server = server;
    try {
      await listen(server, this.#options);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    const aedes = this.#aedes;
    this.#server = null;
    this.#aedes = null;
    const closed = server?.listening ? new Promise((resolve) => server.close(resolve)) : null;
    if (aedes) await new Promise<void>((resolve) => aedes.close(resolve));
    await closed;
  }
}

function listen(server: Server, { port, host = LOOPBACK }: EmbeddedBrokerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portError(port, error)));
    server.listen({ port, host }, resolve);
  });
}

function portError(port: number, cause: Error): WordwatchError {
  const isTaken = codeOf(cause) === 'EADDRINUSE';
  return new WordwatchError(
    isTaken ? 'port-taken' : 'port-refused',
    isTaken
      ? `the built-in MQTT broker cannot use port ${port}: another program on this machine has it`
      : `the built-in MQTT broker cannot open port ${port}: ${cause.message}`,
    {
      cause,
      hint: isTaken
        ? `If that is a broker, use it: mqtt: {url: "mqtt://127.0.0.1:${port}"}. Else stop it, or choose another port.`
        : 'Choose a port above 1023.',
      userInput: true,
    },
  );
}
