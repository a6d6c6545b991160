import { once } from 'node:events';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Bus } from '../bus.js';
import { codeOf, WordwatchError } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { Access } from './access.js';
import { notFound, Refusal, SeqParameter } from './api/route.js';
import { refusalOf } from './api/serve-route.js';
import { LiveFeed } from './live-feed.js';
import { SUBPROTOCOL } from './messages.js';
import { readPageFiles } from './page-files.js';
import { createRoutes, FOREIGN_HOST, FOREIGN_ORIGIN } from './routes.js';
import type { AccessToken } from './scopes.js';
import type { ServerData } from './server-data.js';

const MAX_PAYLOAD_BYTES = 64 * 1024;
const MAX_CLIENTS = 1_000;
const PING_PERIOD_MS = 15_000;
/** How long a stop waits for clients to say goodbye. */
const CLOSE_TIMEOUT_MS = 1_000;

const LiveQuery = z.strictObject({
  after: SeqParameter.optional(),
  scores: z.literal('together').optional(),
});

/** What {@link createServer} needs. */
export interface WebServerOptions {
  /** Address to bind to. Other than this machine's own it needs a token. */
  host: string;
  /** 0: any free one. */
  port: number;
  /** Short for one of `tokens` with scope `control`. Neither: none is asked for. */
  token: string | null;
  tokens?: readonly AccessToken[] | undefined;
  /** What sessions are signed with. Default: a random one, so that they end with the program. */
  sessionKey?: Buffer | undefined;
  /** Folder of the built page. */
  pageFolder: string;
  bus: Bus;
  data: ServerData;
  logger: Logger;
  pingPeriodMs?: number | undefined;
}

/** API, live feed and page on one port. */
export interface WebServer extends AsyncDisposable {
  /**
   * Opens the port.
   * @throws WordwatchError `port-taken`, `port-refused` or `bad-host`
   */
  start(): Promise<void>;
  /** Address of the page, once started. */
  readonly url: string;
  readonly port: number;
  /** Open live connections. */
  readonly clients: number;
}

/** @throws WordwatchError `token-needed` when other machines could use the server without a token */
export function createServer(options: WebServerOptions): WebServer {
  return new HttpAndWebSocketServer(options);
}

class HttpAndWebSocketServer implements WebServer {
  readonly #options: WebServerOptions;
  readonly #access: Access;
  readonly #feed: LiveFeed;
  readonly #sockets: WebSocketServer;
  #http: Server | null = null;

  constructor(options: WebServerOptions) {
    const { bus, data, logger, pingPeriodMs = PING_PERIOD_MS } = options;
    this.#options = options;
    this.#access = new Access(options);
    this.#feed = new LiveFeed({ bus, data, logger, pingPeriodMs });
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_PAYLOAD_BYTES,
      perMessageDeflate: false, // JPEG does not get smaller, and compressing for every client costs more than it saves
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  get port(): number {
    return (this.#http?.address() as AddressInfo | null | undefined)?.port ?? this.#options.port;
  }

  get url(): string {
    const { host } = this.#options;
    const isAny = host === '0.0.0.0' || host === '::';
    return `http://${isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${this.port}/`;
  }

  get clients(): number {
    return this.#feed.clients;
  }

  async start(): Promise<void> {
    const { data, logger, pageFolder, host, port } = this.#options;
    const page = await readPageFiles(pageFolder);
    if (page.size === 0)
      logger.warn({ hint: 'In a checkout, type: npm run build:page' }, 'the page is not built');
    const app = createRoutes({ data, logger, page, access: this.#access, scores: this.#feed.scores });
    const http = createAdaptorServer({ fetch: app.fetch }) as Server;
    this.#http = http;
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    await listen(http, { host, port });
    this.#feed.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed.stop();
    const http = this.#http;
    this.#http = null;
    for (const socket of this.#sockets.clients) socket.close(1001, 'the program stops');
    if (!http?.listening) return;
    const closed = once(http, 'close');
    http.close();
    http.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
      http.closeAllConnections();
    }, CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = URL.canParse(request.url ?? '', 'http://x') ? new URL(request.url!, 'http://x') : null;
    const query = LiveQuery.safeParse(Object.fromEntries(url?.searchParams ?? []));
    const refusal = this.#refusal(request, url) ?? (query.success ? null : BAD_QUERY);
    if (refusal) {
      refuse(socket, refusal);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) =>
      this.#feed.accept(
        { socket: client, stream: socket },
        { after: query.data?.after ?? null, scoresTogether: query.data?.scores === 'together' },
      ),
    );
  }

  /** Everything that can be wrong with a request is found before the upgrade; who asks comes before what for. */
  #refusal({ headers, socket }: IncomingMessage, url: URL | null): Refusal | null {
    const { host, origin, authorization, cookie } = headers;
    if (url?.pathname !== '/ws') return notFound('the live feed is at /ws');
    if (!this.#access.isHostAllowed(host)) return FOREIGN_HOST;
    if (!this.#access.isOriginAllowed(origin, host)) return FOREIGN_ORIGIN;
    const protocol = headers['sec-websocket-protocol'];
    const address = socket.remoteAddress ?? 'unknown';
    const visitor = this.#access.admit({ authorization, cookie, protocol, address }, Date.now());
    if ('refused' in visitor) return refusalOf(visitor);
    return this.#feed.clients >= MAX_CLIENTS ? TOO_MANY : null;
  }
}

const BAD_QUERY = new Refusal(
  400,
  'bad-input',
  'the only parameters are after, a whole number, and scores, which can be together',
);
const TOO_MANY = new Refusal(503, 'too-many', 'too many clients');

function refuse(socket: Duplex, { status, code, message, headers }: Refusal): void {
  const body = JSON.stringify({ error: { code, message } });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

async function listen(http: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    const listening = once(http, 'listening'); // rejects when 'error' comes first
    http.listen({ host, port });
    await listening;
  } catch (cause) {
    throw listenError(cause, { host, port });
  }
}

function listenError(cause: unknown, { host, port }: { host: string; port: number }): WordwatchError {
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return new WordwatchError('port-taken', `port ${port} on ${host} is taken by another program`, {
        cause,
        hint: `Stop that program (is wordwatch running already?), or choose another server.port.`,
        userInput: true,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new WordwatchError('bad-host', `server.host ${host} is not an address of this machine`, {
        cause,
        hint: 'Use 127.0.0.1, or 0.0.0.0 for all addresses (with a token).',
        userInput: true,
      });
    default:
      return new WordwatchError('port-refused', `port ${port} on ${host} cannot be opened`, {
        cause,
        hint: 'Choose a server.port above 1023.',
        userInput: true,
      });
  }
}
