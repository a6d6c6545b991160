import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Access, SESSION_S } from '../../src/server/access.js';
import { createServer, type WebServer } from '../../src/server/server.js';
import { FAILURES_ALLOWED } from '../../src/shared/failure-limit.js';
import { bearer, CONTROL, cookieOf, JSON_TYPE, TOKENS, VIEW } from '../fixtures/api-requests.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const sessionKey = Buffer.alloc(32, 7);
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve({ tokens = TOKENS } = {}) {
  const world = new WatchedWorld();
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const fixed = { host: '127.0.0.1', port: 0, pageFolder: '/nonexistent', bus: world.bus, data: world };
  const server = createServer({ ...fixed, token: null, tokens, sessionKey, logger });
  await server.start();
  open.push(() => server[Symbol.asyncDispose]());
  return { server, world, log: () => lines.join('') };
}

/** Whoever has the key makes the same sessions: nothing is kept of them. */
const access = new Access({ host: '127.0.0.1', token: null, tokens: TOKENS, sessionKey });

/** Status of an attempt to open the live feed: 101 when it is open. */
async function knock(
  server: WebServer,
  { path = 'ws', protocols = ['wordwatch'], headers = {} as Record<string, string> } = {},
): Promise<number> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, protocols, { headers });
  open.push(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request: ClientRequest, { statusCode }: IncomingMessage) =>
      resolve(statusCode!),
    );
    socket.on('error', reject);
  });
}

/** A request from another address of this machine. */
async function askFrom(localAddress: string, url: string, headers: Record<string, string>): Promise<number> {
  const asking = request(url, { localAddress, headers }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  await text(response);
  return response.statusCode!;
}

describe('access to the live feed', () => {
  const withToken = (token: string) => ({ protocols: ['wordwatch', `token.${token}`] });
  const cases: [what: string, options: Parameters<typeof knock>[1], status: number][] = [
    ['no token', {}, 401],
    ['a wrong token', withToken('wrong'), 401],
    ['a token in the URL', { path: `ws?token=${VIEW}` }, 401],
    ['a token to look', withToken(VIEW), 101],
    ['a token for everything', withToken(CONTROL), 101],
    ['a bearer token', { headers: bearer(VIEW) }, 101],
    ['a session to look', { headers: cookieOf(access, VIEW) }, 101],
    ['a session for everything', { headers: cookieOf(access, CONTROL) }, 101],
    ['a session that is over', { headers: cookieOf(access, VIEW, Date.now() - SESSION_S * 1000) }, 401],
    ['a foreign page', { headers: { ...cookieOf(access, VIEW), origin: 'http://evil.example' } }, 403],
    ['a page of no address', { headers: { ...cookieOf(access, VIEW), origin: 'null' } }, 403],
    ['a foreign name', { headers: { ...bearer(VIEW), host: 'evil.example' } }, 101],
    ['a number that is none', { ...withToken(VIEW), path: 'ws?after=-1' }, 400],
    ['a parameter that does not exist', { ...withToken(VIEW), path: `ws?token=${VIEW}` }, 400],
    ['another path', { ...withToken(VIEW), path: 'ws/..%2f' }, 404],
    ['a path with an end', { ...withToken(VIEW), path: 'ws%00' }, 404],
    ['a path of the API', { ...withToken(VIEW), path: 'api/events' }, 404],
  ];
  it('is as it should be', async () => {
    const { server } = await serve();
    const got = await Promise.all(
      cases.map(async ([what, options]) => [what, await knock(server, options)] as const),
    );
    expect(got).toEqual(cases.map(([what, , status]) => [what, status]));
  });

  it('is for this machine’s own names only, as long as there are no tokens', async () => {
    const { server } = await serve({ tokens: [] });
    expect(await knock(server)).toBe(101);
    expect(await knock(server, { headers: { host: 'evil.example' } })).toBe(403);
  });
});

describe('who tries out tokens', () => {
  it('has to wait, whichever way it goes on; others need not; and no log tells a secret', async () => {
    const { server, world, log } = await serve();
    const cameras = `${server.url}api/cameras`;
    const session = cookieOf(access, VIEW);
    const signIn = (token: string) =>
      fetch(`${server.url}api/session`, {
        ...{ method: 'POST', body: JSON.stringify({ token }), headers: JSON_TYPE },
      });
    for (let i = 0; i < FAILURES_ALLOWED; i++) {
      const guess = `guess-${i}`;
      const status = [
        async () => (await fetch(`${cameras}?token=${guess}`, { headers: bearer(guess) })).status,
        async () => knock(server, { protocols: ['wordwatch', `token.${guess}`] }),
        async () => (await signIn(guess)).status,
      ][i % 3]!;
      expect(await status()).toBe(401);
    }
    const late = await fetch(cameras, { headers: bearer(CONTROL) });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await late.json()).toMatchObject({ error: { code: 'too-many-failures' } });
    expect((await signIn(CONTROL)).status).toBe(429);
    expect(await knock(server, { protocols: ['wordwatch', `token.${CONTROL}`] })).toBe(429);

    expect((await fetch(cameras, { headers: session })).status).toBe(200);
    expect(await knock(server, { headers: session })).toBe(101);
    expect(await askFrom('127.0.0.2', cameras, bearer(CONTROL))).toBe(200);

    world.cameras = () => {
      throw new Error('broken');
    };
    expect(await askFrom('127.0.0.2', `${cameras}?token=${VIEW}`, bearer(CONTROL))).toBe(500);
    expect(log()).toContain('too many wrong tokens');
    expect(log()).toContain('request failed');
    for (const secret of [CONTROL, VIEW, 'guess-', session.cookie.split('=')[1]!])
      expect(log()).not.toContain(secret);
  });
});

describe('what is no proper request', () => {
  const HOST = 'Host: localhost\r\n';
  const junk: [what: string, sent: string, statuses: RegExp][] = [
    ['no HTTP', 'hello\r\n\r\n', /^400$/],
    ['a name that is none', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', /^(400|403)$/],
    ['no name', 'GET /api/cameras HTTP/1.0\r\n\r\n', /^(400|403)$/],
    ['two slashes', `GET //evil.example/api HTTP/1.1\r\n${HOST}\r\n`, /^40\d$/],
    ['half an escape', `GET /api/events/% HTTP/1.1\r\n${HOST}\r\n`, /^400$/],
    ['a path that leads up', `GET /../../etc/passwd HTTP/1.1\r\n${HOST}\r\n`, /^404$/],
    ['a long header', `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}\r\n\r\n`, /^431$/],
    [
      'a chunk that is none',
      `POST /api/session HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      /^400$/,
    ],
    [
      'an upgrade to something else',
      `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
      /^400$/,
    ],
    [
      'an upgrade without a key',
      `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      /^400$/,
    ],
    [
      'an upgrade by another method',
      `POST /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      /^405$/,
    ],
  ];
  it('is refused, and the server goes on', async () => {
    const { server } = await serve({ tokens: [] });
    for (const [what, sent, expected] of junk) {
      const socket = connect(server.port, '127.0.0.1');
      open.push(() => socket.destroy());
      socket.write(sent);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer.toString())?.[1];
      expect(status, what).toMatch(expected);
    }
    expect((await fetch(`${server.url}healthz`)).status).toBe(200);
  });
});
