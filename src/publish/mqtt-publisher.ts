import { randomBytes } from 'node:crypto';
import type { Bus } from '../bus.js';
import type { CameraStatus } from '../capture/source.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Score } from '../rules/score.js';
import type { BackoffOptions } from '../shared/backoff.js';
import { isSeeing } from '../shared/camera-health.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { EventQueue, type Outbox } from './event-queue.js';
import { MqttConnection, type MqttSession } from './mqtt-connection.js';
import { type MqttPart, PartHost } from './mqtt-part.js';
import type { TlsFiles } from './mqtt-tls.js';
import { RetainedTopics } from './retained-topics.js';
import { createTopics, type Pair, type Topics } from './topics.js';

/** Events that wait for the broker; beyond it the oldest are dropped and counted. */
export const EVENT_QUEUE_LIMIT = 10_000;
/** Newest snapshots that a broker without a memory gets back. */
const PICTURE_LIMIT_BYTES = 32 * 1024 * 1024;
const SCORE_PERIOD_MS = 1_000;
/** How long a stop waits for the broker to confirm what is under way. */
const DRAIN_TIMEOUT_MS = 8_000;
const DRAIN_POLL_MS = 10;

/** What {@link createMqttPublisher} needs. */
export interface MqttPublisherOptions {
  /** `mqtt://HOST:PORT`, `mqtts://…`, `ws://…` or `wss://…`. */
  url: string;
  /** What all topics begin with, `wordwatch` for example. */
  prefix: string;
  /** Default: random, so that two programs never throw each other out. */
  clientId?: string | null | undefined;
  username?: string | null | undefined;
  password?: string | null | undefined;
  /** 4 is MQTT 3.1.1 (default), 5 is MQTT 5. */
  protocolVersion?: 4 | 5 | undefined;
  tls?: TlsFiles | null | undefined;
  bus: Bus;
  logger: Logger;
  /** Rules in force; `cameras` null: all. Asked at start and whenever the bus says that rules changed. */
  rules: () => readonly { id: string; cameras: readonly string[] | null }[];
  /** Ids of all cameras. */
  cameras: readonly string[];
  /** Waits between attempts to connect. */
  retry?: BackoffOptions | undefined;
  /** Where events wait for the broker. Default: in memory, at most {@link EVENT_QUEUE_LIMIT}. */
  outbox?: Outbox<DetectionEvent> | undefined;
  /** What else shares the connection. */
  parts?: readonly MqttPart[] | undefined;
}

/** How the publisher is doing. */
export interface MqttHealth {
  connected: boolean;
  /** Why there is no connection, for people, without secrets. */
  reason: string | null;
  /** Events that the broker has not confirmed. */
  waiting: number;
  /** Events that were dropped because too many waited. */
  dropped: number;
  /** When the oldest event that waits was raised, milliseconds since the epoch; null: none waits. */
  oldestAtMs: number | null;
}

/** Publishes what happens to an MQTT broker. */
export interface MqttPublisher extends AsyncDisposable {
  /** Begins to listen and to connect. Returns at once: a broker that is down holds nothing up. */
  start(): void;
  health(): MqttHealth;
}

/**
 * Makes a publisher. What is true now (states, statuses, attributes, snapshots) is kept and told again after every
 * reconnect, newest only; events wait in order and are sent with their original times.
 * @throws WordwatchError `bad-broker-url`, `bad-topic`
 */
export function createMqttPublisher(options: MqttPublisherOptions): MqttPublisher {
  return new Publisher(options);
}

class Publisher implements MqttPublisher {
  readonly #options: MqttPublisherOptions;
  readonly #topics: Topics;
  readonly #connection: MqttConnection;
  readonly #retained = new RetainedTopics(PICTURE_LIMIT_BYTES);
  readonly #events: Outbox<DetectionEvent>;
  readonly #parts: PartHost;
  readonly #pairs = new Map<string, Pair>();
  readonly #scoreSentAtS = new Map<string, number>();
  #session: { live: MqttSession; underWay: number } | null = null;
  #reportedDrops = 0;
  #refusalReported = false;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#topics = createTopics(options.prefix);
    this.#events = options.outbox ?? new EventQueue(EVENT_QUEUE_LIMIT);
    const { parts = [], logger } = options;
    this.#parts = new PartHost({ parts, retained: this.#retained, send: () => this.#send(), logger });
    this.#connection = new MqttConnection({
      url: options.url,
      clientId: options.clientId ?? `wordwatch_${randomBytes(6).toString('hex')}`,
      username: options.username,
      password: options.password,
      protocolVersion: options.protocolVersion ?? 4,
      tls: options.tls,
      will: { topic: this.#topics.status, payload: 'offline' },
      retry: options.retry,
      logger: options.logger,
      onUp: this.#onUp,
      onDown: this.#onDown,
    });
  }

  start(): void {
    this.#retained.set(this.#topics.status, 'online');
    for (const cameraId of this.#options.cameras)
      this.#retained.set(this.#topics.cameraStatus(cameraId), 'offline');
    this.#onRules();
    const { bus } = this.#options;
    bus.on('event', this.#onEvent);
    bus.on('score', this.#onScore);
    bus.on('camera', this.#onCamera);
    bus.on('rules', this.#onRules);
    this.#parts.start();
    this.#connection.start();
  }

  health(): MqttHealth {
    const { reason } = this.#connection;
    const { size: waiting, dropped, oldest } = this.#events;
    return { connected: this.#session !== null, reason, waiting, dropped, oldestAtMs: oldest?.atMs ?? null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { bus, logger } = this.#options;
    bus.off('event', this.#onEvent);
    bus.off('score', this.#onScore);
    bus.off('camera', this.#onCamera);
    bus.off('rules', this.#onRules);
    this.#parts.stop();
    this.#retained.set(this.#topics.status, 'offline');
    this.#send();
    await this.#drain();
    if (this.#events.size > 0)
      logger.warn({ events: this.#events.size }, 'stopped before the MQTT broker took all events');
    await this.#connection.stop();
    this.#session = null;
  }

  readonly #onUp = (live: MqttSession): void => {
    this.#session = { live, underWay: 0 };
    void this.#parts.subscribe(live);
    this.#refusalReported = false;
    this.#retained.resendAll();
    this.#events.rewind();
    this.#reportDrops();
    this.#send();
  };

  readonly #onDown = (): void => {
    this.#session = null;
  };

  readonly #onEvent = (event: DetectionEvent, jpeg: Buffer | null): void => {
    // A rule that is gone ends its event, but gets no state back that nobody would ever change again.
    if (this.#pairs.has(keyOf(event))) {
      if (jpeg) this.#retained.set(this.#topics.snapshot(event), jpeg);
      this.#retained.set(this.#topics.attributes(event), attributesOf(event));
      this.#retained.set(this.#topics.state(event), event.phase === 'end' ? 'OFF' : 'ON');
    }
    this.#events.push(event);
    this.#send();
  };

  readonly #onScore = (score: Score): void => {
    const session = this.#session;
    if (!session || !Number.isFinite(score.score)) return;
    // Whole seconds instead of a minimum gap: a camera at 1 fps that is a little early now and then keeps all its scores.
    const second = Math.floor(performance.now() / SCORE_PERIOD_MS);
    const key = keyOf(score);
    if (this.#scoreSentAtS.get(key) === second) return;
    this.#scoreSentAtS.set(key, second);
    session.live.publishLossy(this.#topics.score(score), score.score.toFixed(3));
  };

  readonly #onCamera = (status: CameraStatus): void => {
    this.#retained.set(this.#topics.cameraStatus(status.cameraId), isSeeing(status) ? 'online' : 'offline');
    this.#send();
  };

  readonly #onRules = (_ruleIds: readonly string[] = [], problems: readonly string[] = []): void => {
    const { rules, cameras } = this.#options;
    this.#retained.set(this.#topics.problems, JSON.stringify(problems));
    const pairs = rules().flatMap((rule) =>
      cameras
        .filter((cameraId) => rule.cameras === null || rule.cameras.includes(cameraId))
        .map((cameraId) => ({ cameraId, ruleId: rule.id })),
    );
    const kept = new Set(pairs.map(keyOf));
    for (const [key, pair] of this.#pairs) if (!kept.has(key)) this.#forget(key, pair);
    for (const pair of pairs) {
      if (this.#pairs.has(keyOf(pair))) continue;
      this.#pairs.set(keyOf(pair), pair);
      this.#retained.set(this.#topics.state(pair), 'OFF');
    }
    this.#send();
  };

  #forget(key: string, pair: Pair): void {
    this.#pairs.delete(key);
    this.#scoreSentAtS.delete(key);
    for (const topicOf of [this.#topics.state, this.#topics.attributes, this.#topics.snapshot])
      this.#retained.remove(topicOf(pair));
  }

  /** Sends as much as may be under way: first what is true now, then what happened. */
  #send(): void {
    const session = this.#session;
    while (session && session.underWay < session.live.window) {
      const message = this.#retained.next();
      if (message) {
        void this.#publish([message.topic], message.payload, {
          retain: true,
          onDone: () => this.#parts.confirm(message),
          onAgain: () => this.#retained.resend(message.topic),
        });
        continue;
      }
      const event = this.#events.next();
      if (!event) return;
      const payload = JSON.stringify({ ...event, event_type: event.phase });
      void this.#publish([this.#topics.event(event), this.#topics.events], payload, {
        retain: false,
        onDone: (taken) => {
          this.#events.acknowledge(event);
          if (taken) this.#options.bus.emit('published', event, 'mqtt');
        },
      });
    }
  }

  /**
   * Sends one payload to one topic after the other. After a lost connection `onAgain` is called, else `onDone`: what the
   * broker refuses is not tried again. The next topic follows the confirmation of the one before at once, which keeps the
   * wire busy: mosquitto holds its confirmations back (Nagle's algorithm) while we send nothing, up to 40 ms. Measured:
   * 10,000 events in 1.1 s, against 45 s when both messages went out together.
   */
  async #publish(
    topics: readonly string[],
    payload: string | Buffer,
    { retain, onDone, onAgain }: { retain: boolean; onDone?: (taken: boolean) => void; onAgain?: () => void },
  ): Promise<void> {
    const session = this.#session!;
    if (isTooLarge(payload, session.live)) {
      this.#reportRefusal(`${payload.length} bytes are more than the broker takes`);
      onDone?.(false);
      return;
    }
    let taken = true;
    session.underWay++;
    for (const topic of topics) {
      try {
        await session.live.publish(topic, payload, { retain });
      } catch (error) {
        if (this.#session !== session) {
          onAgain?.();
          return;
        }
        this.#reportRefusal(messageOf(error));
        taken = false;
      }
    }
    session.underWay--;
    onDone?.(taken);
    if (this.#session === session) this.#send();
  }

  /** Once a connection: an access list refuses again and again. */
  #reportRefusal(reason: string): void {
    const fields = { reason, hint: 'Check what the broker lets this user publish, and its size limits.' };
    if (!this.#refusalReported)
      this.#options.logger.warn(fields, 'MQTT broker refuses messages; they are dropped');
    this.#refusalReported = true;
  }

  #reportDrops(): void {
    const { dropped } = this.#events;
    if (dropped === this.#reportedDrops) return;
    this.#options.logger.error(
      { events: dropped - this.#reportedDrops },
      'events dropped while the MQTT broker was away: too many waited',
    );
    this.#reportedDrops = dropped;
  }

  async #drain(): Promise<void> {
    const untilMs = performance.now() + DRAIN_TIMEOUT_MS;
    const isDrained = () =>
      !this.#session ||
      (this.#retained.pending === 0 && this.#session.underWay === 0 && this.#events.size === 0);
    while (!isDrained() && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }
}

function keyOf({ cameraId, ruleId }: Pair): string {
  return `${cameraId}/${ruleId}`;
}

function attributesOf(event: DetectionEvent): string {
  const { threshold, thresholdState, expectedFalseAlarmsPerDay, tile, modelHash } = event;
  return JSON.stringify({ threshold, thresholdState, expectedFalseAlarmsPerDay, tile, model: modelHash });
}

function isTooLarge(payload: string | Buffer, { maxMessageBytes }: MqttSession): boolean {
  const TOPIC_AND_HEADER_BYTES = 512;
  return maxMessageBytes !== null && Buffer.byteLength(payload) + TOPIC_AND_HEADER_BYTES > maxMessageBytes;
}
