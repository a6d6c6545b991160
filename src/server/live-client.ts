import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { DetectionEvent } from '../detect/event.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { CLOSE_TOO_SLOW, ClientMessage, encodeMessage } from './messages.js';
import type { ScoresOfTurn } from './scores-of-turn.js';
import type { ServerData } from './server-data.js';

/** With so much unsent, pictures and scores are skipped: newer ones follow. */
export const SKIP_LIMIT_BYTES = 1024 * 1024;
/** With so much unsent, a client is too slow even for events. */
const EVENT_LIMIT_BYTES = 4 * 1024 * 1024;
/** Stored events are read and sent in portions, so that a long past does not fill the memory. */
const REPLAY_PORTION = 200;

/** What {@link LiveClient} needs. */
export interface LiveClientOptions {
  socket: WebSocket;
  /** What is below the WebSocket. */
  stream: Duplex;
  /** Events after this one are sent; it must be one that the client knows. */
  after: number;
  data: Pick<ServerData, 'events'>;
  /** Scores of one turn come as one message. */
  scoresTogether: boolean;
  /** Newest picture of each camera: the first that a client is sent of those that it watches. */
  newestFrames: () => ReadonlyMap<string, Buffer>;
  logger: Logger;
}

/**
 * One connection of the live feed. Events come to it without a gap and without a double: those of the past are read from the
 * store until it has no more, which is also when the client turns live; an event that does not follow the last one sent
 * sends it back to the store.
 */
export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #frames = new Map<string, { waiting: Buffer | null }>();
  /** Sequence number of the last event sent. */
  #cursor: number;
  #isLive = false;
  #answered = true;
  #isGathering = false;
  /** Cameras of which it wants pictures; null: all. */
  #watched: ReadonlySet<string> | null = null;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#cursor = options.after;
    const { socket, logger } = options;
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('message', (data: Buffer, isBinary) => this.#hear(isBinary ? null : data.toString()));
    socket.on('error', (error) => logger.debug({ reason: messageOf(error) }, 'live client failed'));
  }

  /** Begins with the events of the past. */
  start(): void {
    void this.#replay();
  }

  /** Sends what every client must get: cameras, rules, problems. */
  send(message: Buffer): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > EVENT_LIMIT_BYTES) this.#giveUp();
    else {
      this.#gather();
      socket.send(message, { binary: false });
    }
  }

  /** @param message the same event, encoded */
  offerEvent({ seq }: DetectionEvent, message: Buffer): void {
    if (!this.#isLive || seq <= this.#cursor) return;
    if (seq === this.#cursor + 1) {
      this.#cursor = seq;
      this.send(message);
    } else {
      void this.#replay();
    }
  }

  /**
   * Sends scores unless too much is unsent.
   * @param scores they go past the WebSocket to what is below it, in one piece. With hundreds of viewers it is the number of
   *   pieces that keeps a core busy
   */
  offerScores(scores: ScoresOfTurn): void {
    const { socket, stream, scoresTogether } = this.#options;
    if (!this.#isLive || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount <= SKIP_LIMIT_BYTES)
      stream.write(scoresTogether ? scores.together : scores.apart);
  }

  /** @param text of a message; null: it was none */
  #hear(text: string | null): void {
    const heard = ClientMessage.safeParse(jsonOf(text));
    // Whoever says anything else speaks another protocol.
    if (!heard.success) {
      this.#options.socket.close(1003, 'not a message of this feed');
      return;
    }
    const before = this.#watched;
    this.#watched = new Set(heard.data.cameras);
    if (this.#isLive) this.#offerFrames((cameraId) => before === null || !before.has(cameraId));
  }

  #offerFrames(isNew: (cameraId: string) => boolean): void {
    for (const [cameraId, frame] of this.#options.newestFrames())
      if (isNew(cameraId)) this.offerFrame(cameraId, frame);
  }

  /** Sends a picture, if the client watches its camera; of those that come while one is still under way only the newest follows. */
  offerFrame(cameraId: string, message: Buffer): void {
    const { socket } = this.#options;
    if (!this.#isLive || socket.readyState !== socket.OPEN) return;
    if (this.#watched && !this.#watched.has(cameraId)) return;
    const underWay = this.#frames.get(cameraId);
    if (underWay) {
      underWay.waiting = message;
      return;
    }
    if (socket.bufferedAmount > SKIP_LIMIT_BYTES) return;
    const frame = { waiting: null as Buffer | null };
    this.#frames.set(cameraId, frame);
    socket.send(message, { binary: true }, (error) => {
      this.#frames.delete(cameraId);
      if (!error && frame.waiting) this.offerFrame(cameraId, frame.waiting);
    });
  }

  /** Asks for a sign of life; a client that gave none since the last time is dropped. */
  ping(): void {
    const { socket } = this.#options;
    if (!this.#answered) {
      socket.terminate();
      return;
    }
    this.#answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }

  /** What is sent in one turn of the event loop leaves in one piece. */
  #gather(): void {
    const { stream } = this.#options;
    if (this.#isGathering) return;
    this.#isGathering = true;
    stream.cork();
    setImmediate(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  async #replay(): Promise<void> {
    const { socket, data, logger } = this.#options;
    this.#isLive = false;
    try {
      while (socket.readyState === socket.OPEN) {
        const events = data.events({ after: this.#cursor, limit: REPLAY_PORTION });
        if (events.length === 0) {
          // Nothing can have happened since the store was asked: that was in this same turn of the event loop.
          this.#isLive = true;
          this.#offerFrames(() => true);
          return;
        }
        await this.#sendAll(events);
      }
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'events cannot be read for a live client');
      socket.close(1011, 'events cannot be read');
    }
  }

  /** Resolves when the last one has left the program, or the connection is gone. */
  async #sendAll(events: readonly DetectionEvent[]): Promise<void> {
    const { socket } = this.#options;
    this.#gather();
    let sent: Promise<void> = Promise.resolve();
    for (const event of events) {
      this.#cursor = event.seq;
      sent = new Promise((resolve) =>
        socket.send(encodeMessage({ type: 'event', event }), { binary: false }, () => resolve()),
      );
    }
    await sent;
  }

  #giveUp(): void {
    this.#options.logger.warn(
      { unsentBytes: this.#options.socket.bufferedAmount },
      'live client too slow, closed',
    );
    this.#options.socket.close(CLOSE_TOO_SLOW, 'too slow: come back with ?after=');
  }
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
