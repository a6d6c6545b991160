import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type BackoffOptions, backoffMs } from '../shared/backoff.js';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { redactUrl } from '../shared/redact-url.js';
import type { Logger } from '../telemetry/logger.js';
import type { IncomingMessage } from './mqtt-part.js';
import type { TlsFiles } from './mqtt-tls.js';

const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
const CONNECT_TIMEOUT_MS = 10_000;
/** A frozen peer is noticed after one and a half of these. */
const KEEPALIVE_S = 15;
const RETRY: BackoffOptions = { firstMs: 1_000, maxMs: 30_000 };
/** A connection that lasted less does not make the next wait short again: two clients with one id throw each other out. */
const STABLE_MS = 10_000;
/**
 * Messages under way to the broker. mosquitto allows 20 and closes the connection of an MQTT 5 client that sends more.
 */
const WINDOW = 20;
const END_TIMEOUT_MS = 1_000;

/** Where the broker is and what it gets when the connection breaks. */
export interface MqttConnectionOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`; user and password in it are used unless given beside it. */
  url: string;
  clientId: string;
  username?: string | null | undefined;
  password?: string | null | undefined;
  /** 4 is MQTT 3.1.1, which every broker speaks. */
  protocolVersion: 4 | 5;
  tls?: TlsFiles | null | undefined;
  will: { topic: string; payload: string };
  retry?: BackoffOptions | undefined;
  logger: Logger;
  onUp: (session: MqttSession) => void;
  onDown: () => void;
}

/** One live connection. Nothing of it outlives it: what was not confirmed is the caller's to send again. */
export class MqttSession {
  /** Messages that may be unconfirmed at a time. */
  readonly window: number;
  /** Largest message the broker takes; null: it does not say. */
  readonly maxMessageBytes: number | null;
  readonly #client: MqttClient;
  #congested = false;

  constructor(client: MqttClient) {
    this.#client = client;
    const { receiveMaximum, maximumPacketSize } = client.serverProperties ?? {};
    this.window = Math.min(WINDOW, receiveMaximum ?? WINDOW);
    this.maxMessageBytes = maximumPacketSize ?? null;
  }

  /** Sends at QoS 1. Resolves when the broker has confirmed it; rejects when it refuses or the connection breaks. */
  async publish(topic: string, payload: string | Buffer, { retain }: { retain: boolean }): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /**
   * Subscribes at QoS 1, for as long as the connection lasts.
   * @throws Error when the broker refuses one of them, or the connection breaks
   */
  async subscribe(filters: readonly string[], onMessage: (message: IncomingMessage) => void): Promise<void> {
    this.#client.on('message', (topic, payload, { retain }) => onMessage({ topic, payload, retain }));
    await this.#client.subscribeAsync([...filters], { qos: 1 });
  }

  /** Sends at QoS 0, or not at all while the connection is congested: for values that the next one replaces. */
  publishLossy(topic: string, payload: string): void {
    if (this.#congested) return;
    this.#congested = true;
    this.#client.publish(topic, payload, { qos: 0 }, () => {
      this.#congested = false;
    });
  }
}

/**
 * Keeps a connection to a broker: connects, and after every failure connects again, for ever, with backoff. Each attempt is
 * a client of its own, because mqtt.js keeps unsent messages without a limit and sends them again by itself.
 */
export class MqttConnection {
  readonly #options: MqttConnectionOptions;
  readonly #client: IClientOptions;
  readonly #url: string;
  #current: { client: MqttClient; sinceMs: number | null } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #warned = false;
  #reason: string | null = null;
  #stopped = false;

  /** @throws WordwatchError `bad-broker-url` */
  constructor(options: MqttConnectionOptions) {
    this.#options = options;
    const { url, username, password } = splitUrl(options.url);
    this.#url = url;
    const user = options.username ?? username;
    const secret = options.password ?? password;
    this.#client = {
      clientId: options.clientId,
      ...(user === undefined ? {} : { username: user }),
      ...(secret === undefined ? {} : { password: secret }),
      ...options.tls,
      protocolVersion: options.protocolVersion,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      will: {
        topic: options.will.topic,
        payload: Buffer.from(options.will.payload),
        qos: 1,
        retain: true,
      },
    };
  }

  /** Why there is no connection; null while there is one. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Begins to connect and returns at once. */
  start(): void {
    this.#reason = 'connecting';
    this.#connect();
  }

  /** Says goodbye, so that the last will is not sent, and stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    const client = this.#current?.client;
    this.#current = null;
    if (!client) return;
    const timeout = new Promise<void>((resolve) => {
      setTimeout(resolve, END_TIMEOUT_MS).unref();
    });
    if (client.connected) await Promise.race([client.endAsync(), timeout]);
    discard(client);
  }

  #connect(): void {
    const client = mqtt.connect(this.#url, this.#client);
    const current: { client: MqttClient; sinceMs: number | null } = { client, sinceMs: null };
    this.#current = current;
    let reason = 'connection closed';
    client.on('error', (error) => {
      reason = messageOf(error) || String((error as { code?: unknown }).code ?? error.name);
      // mqtt.js does not close by itself after every error, for example when the broker never answers.
      if (this.#current === current) this.#fail(current, reason);
    });
    client.on('close', () => {
      if (this.#current === current) this.#fail(current, reason);
    });
    client.on('connect', () => {
      if (this.#current !== current) return;
      current.sinceMs = performance.now();
      // Nagle's algorithm would hold small messages back until the broker has acknowledged the one before.
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
      this.#warned = false;
      this.#reason = null;
      this.#options.logger.info({ broker: this.#url }, 'MQTT broker connected');
      this.#options.onUp(new MqttSession(client));
    });
  }

  #fail(current: { client: MqttClient; sinceMs: number | null }, reason: string): void {
    this.#current = null;
    discard(current.client);
    if (this.#stopped) return;
    const wasUp = current.sinceMs !== null;
    if (current.sinceMs !== null && performance.now() - current.sinceMs > STABLE_MS) this.#failures = 0;
    this.#reason = redactUrl(reason);
    this.#warn(wasUp);
    if (wasUp) this.#options.onDown();
    this.#timer = setTimeout(
      () => this.#connect(),
      backoffMs(++this.#failures, this.#options.retry ?? RETRY),
    );
  }

  /** Once an outage; a broker that is down for a day must not fill the log. */
  #warn(wasUp: boolean): void {
    const fields = { broker: this.#url, reason: this.#reason, hint: hintFor(this.#reason ?? '') };
    if (this.#warned) this.#options.logger.debug(fields, 'MQTT broker still not reachable');
    else if (wasUp)
      this.#options.logger.warn(fields, 'MQTT broker lost; events wait until it is back, trying again');
    else
      this.#options.logger.warn(fields, 'MQTT broker not reachable; events wait until it is, trying again');
    this.#warned = true;
  }
}

function hintFor(reason: string): string {
  if (/not authori[sz]ed|user ?name|password/i.test(reason))
    return 'Check mqtt.username and mqtt.password in the config, and what the broker lets this user publish.';
  if (/certificate|altname|alert|SSL|TLS/i.test(reason))
    return 'Check mqtt.tls in the config: ca must be of whoever signed the broker’s certificate, cert and key what the broker asks of a client.';
  if (/ENOTFOUND|EAI_AGAIN/.test(reason))
    return 'Check the host name in mqtt.url: it is not known to this machine.';
  return 'Start the broker or correct mqtt.url in the config; without an mqtt section the built-in broker is used.';
}

/** A client that is done with may still fail: nobody is interested. */
function discard(client: MqttClient): void {
  client.removeAllListeners('connect');
  client.removeAllListeners('error');
  client.on('error', () => {});
  client.end(true);
  // end() does nothing while an earlier, gentler end() waits for a broker that does not answer.
  client.stream.destroy();
}

function splitUrl(text: string): { url: string; username?: string; password?: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !PROTOCOLS.includes(url.protocol) || url.hostname === '') {
    throw new WordwatchError(
      'bad-broker-url',
      `mqtt.url ${JSON.stringify(redactUrl(text))} is not the address of a broker`,
      { hint: 'Write it as mqtt://HOST:1883, or mqtts://HOST:8883 for TLS.', userInput: true },
    );
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    ...(username === '' ? {} : { username: decoded(username) }),
    ...(password === '' ? {} : { password: decoded(password) }),
  };
}

/** People also write a bare % in a password. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
