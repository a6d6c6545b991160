/** A message that the broker keeps for later subscribers. */
export interface RetainedMessage {
  topic: string;
  /** Empty: the broker forgets the topic. */
  payload: string | Buffer;
}

/**
 * What is true now: the newest payload of every retained topic, and which of them the broker still has to be told.
 * A topic that changes faster than it can be sent is sent once, with its newest payload.
 *
 * Pictures are bounded by `pictureLimitBytes`: beyond it the oldest is forgotten, so that a broker that lost its memory
 * gets only the newest ones back.
 */
export class RetainedTopics {
  readonly #payloads = new Map<string, string | Buffer>();
  readonly #pending = new Set<string>();
  /** What has to be said of a topic once before its payload. */
  readonly #firsts = new Map<string, string>();
  readonly #pictureLimitBytes: number;
  #pictureBytes = 0;

  constructor(pictureLimitBytes: number) {
    this.#pictureLimitBytes = pictureLimitBytes;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Remembers a payload and marks it to be sent, unless it is the same text as before.
   * @param options.first sent, and confirmed, once before it
   */
  set(topic: string, payload: string | Buffer, { first }: { first?: string } = {}): void {
    if (first !== undefined) this.#firsts.set(topic, first);
    else if (typeof payload === 'string' && this.#payloads.get(topic) === payload) return;
    this.#forget(topic);
    this.#payloads.set(topic, payload);
    this.#pending.add(topic);
    if (typeof payload === 'string') return;
    this.#pictureBytes += payload.length;
    this.#boundPictures(topic);
  }

  /** Sends an empty payload once, with which the broker forgets the topic too. */
  remove(topic: string): void {
    if (!this.#payloads.has(topic)) return;
    this.#forget(topic);
    this.#pending.add(topic);
  }

  /** The next message to send, in the order of the changes; null when the broker has been told everything. */
  next(): RetainedMessage | null {
    for (const topic of this.#pending) {
      this.#pending.delete(topic);
      return { topic, payload: this.#firsts.get(topic) ?? this.#payloads.get(topic) ?? '' };
    }
    return null;
  }

  /** The broker has taken a message: what has to follow it is marked to be sent. */
  confirm({ topic, payload }: RetainedMessage): void {
    if (!this.#firsts.has(topic) || this.#firsts.get(topic) !== payload) return;
    this.#firsts.delete(topic);
    this.#pending.add(topic);
  }

  /** Marks a topic to be sent again. */
  resend(topic: string): void {
    this.#pending.add(topic);
  }

  /** Marks everything to be sent again: the broker may have lost its memory. */
  resendAll(): void {
    for (const topic of this.#payloads.keys()) this.#pending.add(topic);
  }

  #forget(topic: string): void {
    const old = this.#payloads.get(topic);
    if (typeof old === 'object') this.#pictureBytes -= old.length;
    this.#payloads.delete(topic);
    this.#pending.delete(topic);
  }

  #boundPictures(newest: string): void {
    for (const [topic, payload] of this.#payloads) {
      if (this.#pictureBytes <= this.#pictureLimitBytes) return;
      if (typeof payload === 'object' && topic !== newest) this.#forget(topic);
    }
  }
}
