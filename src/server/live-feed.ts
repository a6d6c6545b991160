import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Bus, PreviewFrame } from '../bus.js';
import type { CameraStatus } from '../capture/source.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Score } from '../rules/score.js';
import { isSeeing } from '../shared/camera-health.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { LiveClient } from './live-client.js';
import {
  encodeFrame,
  encodeMessage,
  type HelloMessage,
  type ModelInfo,
  PROTOCOL_VERSION,
  type ServerMessage,
} from './messages.js';
import { ScoreHistory } from './score-history.js';
import { ScoresOfTurn } from './scores-of-turn.js';
import type { ServerData } from './server-data.js';

const HEALTH_PERIOD_MS = 2_000;
/** An event that has overtaken more than so many is offered alone, and clients read the others in portions. */
const OVERTAKEN_LIMIT = 50;

/** What {@link LiveFeed} needs. */
export interface LiveFeedOptions {
  bus: Bus;
  data: ServerData;
  logger: Logger;
  /** How often clients are asked whether they are still there. */
  pingPeriodMs: number;
}

/** Everything that happens, for all WebSocket clients. Each message is encoded once. */
export class LiveFeed {
  readonly scores = new ScoreHistory();
  readonly #options: LiveFeedOptions;
  readonly #clients = new Set<LiveClient>();
  /** Newest picture of each camera, for clients that come later. */
  readonly #frames = new Map<string, Buffer>();
  #scoresOfTurn = new ScoresOfTurn();
  /** The newest event that clients were offered. */
  #offeredSeq = 0;
  #ruleProblems: string[] = [];
  #knownProblems = '[]';
  #timers: NodeJS.Timeout[] = [];

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  get clients(): number {
    return this.#clients.size;
  }

  start(): void {
    const { bus, data, pingPeriodMs } = this.#options;
    this.#offeredSeq = data.lastSeq();
    bus.on('event', this.#onEvent);
    bus.on('score', this.#onScore);
    bus.on('frame', this.#onFrame);
    bus.on('camera', this.#onCamera);
    bus.on('rules', this.#onRules);
    this.#timers = [
      setInterval(() => this.#checkHealth(), HEALTH_PERIOD_MS),
      setInterval(() => this.#ping(), pingPeriodMs),
    ];
  }

  stop(): void {
    const { bus } = this.#options;
    bus.off('event', this.#onEvent);
    bus.off('score', this.#onScore);
    bus.off('frame', this.#onFrame);
    bus.off('camera', this.#onCamera);
    bus.off('rules', this.#onRules);
    for (const timer of this.#timers) clearInterval(timer);
  }

  /**
   * @param connection.stream what is below the WebSocket
   * @param after events after this one are sent; null: only new ones
   * @param scoresTogether those of one frame come as one message
   */
  accept(
    { socket, stream }: { socket: WebSocket; stream: Duplex },
    { after, scoresTogether }: { after: number | null; scoresTogether: boolean },
  ): void {
    const { data, logger } = this.#options;
    const lastSeq = data.lastSeq();
    // A client that knows more than there is has seen another store: nothing of this one's past is due to it.
    const client = new LiveClient({
      socket,
      stream,
      after: Math.min(after ?? lastSeq, lastSeq),
      ...{ data, logger, scoresTogether },
      newestFrames: () => this.#frames,
    });
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    client.send(encodeMessage(this.#hello(lastSeq)));
    client.start();
  }

  #hello(lastSeq: number): HelloMessage {
    const { data } = this.#options;
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      nowMs: Date.now(),
      lastSeq,
      cameras: data.cameras(),
      rules: data.rules(),
      ruleProblems: this.#ruleProblems,
      model: modelInfo(data),
      problems: data.health().problems,
      timeZone: data.timeZone,
    };
  }

  readonly #onEvent = (told: DetectionEvent): void => {
    if (told.seq <= this.#offeredSeq) return;
    const events = this.#clients.size === 0 ? [] : this.#upTo(told);
    this.#offeredSeq = told.seq;
    for (const event of events) {
      const message = encodeMessage({ type: 'event', event });
      for (const client of this.#clients) client.offerEvent(event, message);
    }
  };

  /**
   * The event, and before it those that it has overtaken on their way from the store, as those of several cameras do: read
   * once, or every client would read them.
   */
  #upTo(event: DetectionEvent): DetectionEvent[] {
    const { data, logger } = this.#options;
    const missing = event.seq - this.#offeredSeq;
    if (missing === 1 || missing > OVERTAKEN_LIMIT) return [event];
    try {
      return data.events({ after: this.#offeredSeq, limit: missing });
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'events cannot be read for live clients');
      return [event];
    }
  }

  readonly #onScore = (scored: Score): void => {
    if (!Number.isFinite(scored.score)) return;
    this.scores.add(scored);
    if (this.#clients.size === 0) return;
    const { cameraId, ruleId, atMs, score, threshold, thresholdState, tile } = scored;
    const { expectedFalseAlarmsPerDay } = scored;
    const message = encodeMessage({
      type: 'score',
      cameraId,
      ruleId,
      atMs,
      score: rounded(score),
      threshold,
      thresholdState,
      expectedFalseAlarmsPerDay,
      tile,
    });
    if (this.#scoresOfTurn.isEmpty) setImmediate(() => this.#sendScores());
    this.#scoresOfTurn.add(message);
  };

  /** A frame brings a score of every rule: they go out together. */
  #sendScores(): void {
    const scores = this.#scoresOfTurn;
    this.#scoresOfTurn = new ScoresOfTurn();
    for (const client of this.#clients) client.offerScores(scores);
  }

  readonly #onFrame = ({ jpeg, tiles, cameraId, atMs, widthPx, heightPx }: PreviewFrame): void => {
    const scored = tiles
      .filter(({ score }) => Number.isFinite(score))
      .map((tile) => ({ ...tile, score: rounded(tile.score) }));
    const message = encodeFrame({ type: 'frame', cameraId, atMs, widthPx, heightPx, tiles: scored }, jpeg);
    this.#frames.set(cameraId, message);
    for (const client of this.#clients) client.offerFrame(cameraId, message);
  };

  readonly #onCamera = (status: CameraStatus): void => {
    if (!isSeeing(status)) this.scores.addGap(status.cameraId);
    this.#broadcast({ type: 'camera', status });
  };

  readonly #onRules = (_ruleIds: readonly string[], problems: string[]): void => {
    const rules = this.#options.data.rules();
    this.#ruleProblems = problems;
    this.scores.keepRules(rules.map(({ id }) => id));
    this.#broadcast({ type: 'rules', rules, problems });
  };

  #checkHealth(): void {
    const { problems } = this.#options.data.health();
    const text = JSON.stringify(problems);
    if (text === this.#knownProblems) return;
    this.#knownProblems = text;
    this.#broadcast({ type: 'problem', nowMs: Date.now(), problems });
  }

  /** Browsers hide pings from pages, so the page gets a message too: it then knows that what it shows is not stale. */
  #ping(): void {
    for (const client of this.#clients) client.ping();
    this.#broadcast({ type: 'problem', nowMs: Date.now(), problems: this.#options.data.health().problems });
  }

  #broadcast(message: ServerMessage): void {
    const encoded = encodeMessage(message);
    for (const client of this.#clients) client.send(encoded);
  }
}

function modelInfo({ model }: ServerData): ModelInfo {
  const { name, modelHash, license, demonstration, notice } = model;
  return { name, modelHash, license, demonstration, notice };
}

/** More digits than a page can show are only bytes. */
function rounded(score: number): number {
  return Math.round(score * 1000) / 1000;
}
