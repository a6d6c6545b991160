import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { DetectionEvent } from '../../src/detect/event.js';

const POLL_MS = 500;

/** A subscriber whose session outlives its connections, as long as the broker remembers it. */
export class LastingSubscriber implements AsyncDisposable {
  /** In the order of arrival. */
  readonly received: DetectionEvent[] = [];
  /** Highest number that it has got. */
  newestSeq = 0;
  /** Times that the broker did not know it any more: nothing is kept for it until it has subscribed again. */
  readonly gaps: { afterSeq: number; beforeSeq: number }[] = [];
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('error', () => {}); // it tries again
    client.on('message', (_topic, payload) => {
      const { event_type: _, ...event } = JSON.parse(String(payload));
      this.#take(DetectionEvent.parse(event));
    });
  }

  static async to(url: string): Promise<LastingSubscriber> {
    const client = mqtt.connect(url, { clientId: 'soak', clean: false, reconnectPeriod: 50, keepalive: 10 });
    const subscriber = new LastingSubscriber(client);
    await new Promise((resolve) => client.once('connect', resolve));
    await client.subscribeAsync('wordwatch/events', { qos: 1 });
    client.on('connect', ({ sessionPresent }) => {
      const afterSeq = subscriber.newestSeq;
      if (!sessionPresent) subscriber.gaps.push({ afterSeq, beforeSeq: Number.POSITIVE_INFINITY });
    });
    return subscriber;
  }

  /** Whether the broker may have taken this event at a time when it knew of nobody to give it to. */
  mayMiss({ seq }: Pick<DetectionEvent, 'seq'>): boolean {
    return this.gaps.some(({ afterSeq, beforeSeq }) => seq > afterSeq && seq < beforeSeq);
  }

  /** Waits until all of these events have arrived that can, or too long. */
  async arrival(wanted: readonly DetectionEvent[], { timeoutMs }: { timeoutMs: number }): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    const isComplete = () => {
      const arrived = new Set(this.received.map(({ seq }) => seq));
      return wanted.every((event) => arrived.has(event.seq) || this.mayMiss(event));
    };
    while (!isComplete() && performance.now() < untilMs) await sleep(POLL_MS);
  }

  #take(event: DetectionEvent): void {
    this.received.push(event);
    const gap = this.gaps.at(-1);
    if (gap && event.seq > gap.afterSeq) gap.beforeSeq = Math.min(gap.beforeSeq, event.seq);
    this.newestSeq = Math.max(this.newestSeq, event.seq);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}
