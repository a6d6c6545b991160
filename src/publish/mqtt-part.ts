import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import type { MqttSession } from './mqtt-connection.js';
import type { RetainedMessage, RetainedTopics } from './retained-topics.js';

/** A message that somebody else published. */
export interface IncomingMessage {
  topic: string;
  payload: Buffer;
  /** The broker had kept it: nobody says it just now. */
  retain: boolean;
}

/** Through what a part of the publisher publishes: retained topics, told again after every reconnect. */
export interface Outlet {
  /**
   * Keeps a topic at this payload. Empty: the broker forgets the topic.
   * @param options.first sent once before it
   */
  set(topic: string, payload: string, options?: { first?: string }): void;
  /** Forgets a topic, if it was set. */
  remove(topic: string): void;
  /** Sends a topic again as it is. */
  resend(topic: string): void;
}

/** Something that shares the publisher's connection. What it gets and gives are retained topics and messages. */
export interface MqttPart {
  /** Topics it wants to hear, subscribed to anew at every connection. */
  readonly filters: readonly string[];
  /** Begins to publish. */
  start(outlet: Outlet): void;
  stop(): void;
  /** Must not throw. */
  onMessage(message: IncomingMessage): void;
  /** The broker has confirmed a payload of one of its topics. */
  onConfirmed?(topic: string, payload: string): void;
}

/** The parts of a publisher, and how they meet its connection. */
export class PartHost {
  readonly #parts: readonly MqttPart[];
  readonly #retained: RetainedTopics;
  readonly #send: () => void;
  readonly #logger: Logger;

  /** @param options.send sends what is marked in `retained`, as far as there is a connection */
  constructor(options: {
    parts: readonly MqttPart[];
    retained: RetainedTopics;
    send: () => void;
    logger: Logger;
  }) {
    this.#parts = options.parts;
    this.#retained = options.retained;
    this.#send = options.send;
    this.#logger = options.logger;
  }

  start(): void {
    const outlet: Outlet = {
      set: (topic, payload, options) => this.#change(() => this.#retained.set(topic, payload, options)),
      remove: (topic) => this.#change(() => this.#retained.remove(topic)),
      resend: (topic) => this.#change(() => this.#retained.resend(topic)),
    };
    for (const part of this.#parts) part.start(outlet);
  }

  stop(): void {
    for (const part of this.#parts) part.stop();
  }

  /** Subscribes to what the parts want to hear, at a new connection. Never throws. */
  async subscribe(session: MqttSession): Promise<void> {
    const filters = this.#parts.flatMap((part) => part.filters);
    if (filters.length === 0) return;
    try {
      await session.subscribe(filters, (message) => {
        for (const part of this.#parts)
          if (part.filters.some((filter) => matches(filter, message.topic))) part.onMessage(message);
      });
    } catch (error) {
      this.#logger.warn(
        { reason: messageOf(error), hint: 'Check what the broker lets this user subscribe to.' },
        'MQTT subscriptions failed; commands do not arrive over this connection',
      );
    }
  }

  /** The broker has taken a retained message. */
  confirm(message: RetainedMessage): void {
    const { topic, payload } = message;
    this.#retained.confirm(message);
    if (typeof payload === 'string') for (const part of this.#parts) part.onConfirmed?.(topic, payload);
  }

  #change(change: () => void): void {
    change();
    this.#send();
  }
}

/** @param filter of which a level may be `+` */
function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i]);
}
