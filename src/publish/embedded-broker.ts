import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';

/** The broker has no users, so only programs on this machine reach it. */
const HOST = '127.0.0.1';

/** What {@link createEmbeddedBroker} needs. */
export interface EmbeddedBrokerOptions {
  /** 1883 is MQTT's own; 0: any free one. */
  port: number;
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
  /** Its address for clients, once started. */
  readonly url: string;
}

/** Makes a broker that listens on 127.0.0.1 only. Retained messages live as long as the program. */
export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  return new Broker(options);
}

class Broker implements EmbeddedBroker {
  readonly #options: EmbeddedBrokerOptions;
  #aedes: Aedes | null = null;
  #server: Server | null = null;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address ? address.port : this.#options.port;
  }

  get url(): string {
    return `mqtt://${HOST}:${this.port}`;
  }

  async start(): Promise<void> {
    const aedes = await Aedes.createBroker({
      // Messages for subscribers that are away would be kept in memory without a limit: every session is a new one.
      preConnect: (_client, packet, done) => {
        packet.clean = true;
        done(null, true);
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
      await listen(server, this.#options.port);
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

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portError(port, error)));
    server.listen({ port, host: HOST }, resolve);
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
