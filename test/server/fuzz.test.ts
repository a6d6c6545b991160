import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorAnswer } from '../../src/server/api/route.js';
import { ROUTES } from '../../src/server/api/table.js';
import { createServer, type WebServer } from '../../src/server/server.js';
import { createLogger } from '../../src/telemetry/logger.js';
import {
  bearer,
  CONTROL,
  cookieOf,
  GOOD_REQUESTS,
  JSON_TYPE,
  keyOf,
  ORIGIN,
  serveGoodWorld,
  VIEW,
} from '../fixtures/api-requests.js';
import { fuzzRuns } from '../fixtures/fuzz-runs.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

/** The long run: `FUZZ_RUNS=100000 npx vitest run test/server/fuzz.test.ts` */
const RUNS = fuzzRuns(1_000);
const CONNECTIONS = Math.ceil(RUNS / 50);
const SEED = 5;

const { app, access } = serveGoodWorld();

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ maxLength: 3_000 }));
const step = fc.oneof(
  fc.constantFrom(
    'fire',
    'yard',
    '..',
    '%2e%2e',
    '..%2f',
    '%00',
    '%',
    '%ff',
    '__proto__',
    'constructor',
    '*',
  ),
  fc.uuid(),
  text.map(encodeURIComponent),
  fc.webPath(),
);
const path = fc.oneof(
  fc.constantFrom(...Object.values(GOOD_REQUESTS).map((good) => good.path)),
  fc.tuple(fc.constantFrom(...ROUTES), step).map(([route, value]) => route.path.replace('{id}', () => value)),
  fc.array(step, { maxLength: 5 }).map((steps) => `/${steps.join('/')}`),
  step.map((value) => `/api/${value}`),
);
const name = fc.constantFrom('after', 'limit', 'camera', 'rule', 'since', 'token', '__proto__', 'a[]', '');
const value = fc.oneof(
  text,
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom('yard', 'fire'),
);
const query = fc
  .array(fc.tuple(name, value.map(encodeURIComponent)), { maxLength: 4 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`));
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom('authorization', 'cookie', 'range', 'if-range', 'if-none-match', 'origin', 'host'),
    fc.oneof(
      text,
      fc
        .tuple(fc.constantFrom('Bearer ', 'bytes=', 'wordwatch_session=', '"', 'http://', 'W/'), text)
        .map((parts) => parts.join('')),
      fc.tuple(fc.integer(), fc.integer()).map(([from, to]) => `bytes=${from}-${to}`),
    ),
  ),
  fc.tuple(
    fc.constantFrom('content-type', 'content-length', 'accept-encoding', 'transfer-encoding', 'x'),
    text,
  ),
);
const credentials = fc.constantFrom<Record<string, string>>(
  {},
  bearer(VIEW),
  bearer(CONTROL),
  bearer(CONTROL),
  cookieOf(access, VIEW),
  cookieOf(access, CONTROL),
);
const body = fc.oneof(
  fc.constant(undefined),
  fc.json(),
  fc.constantFrom(
    '{"verdict":"true"}',
    '{"verdict":null}',
    '{"action":"undo"}',
    '{"action":"apply","kind":"probe"}',
  ),
  fc
    .record({ verdict: fc.anything(), action: fc.anything(), token: fc.anything() }, { requiredKeys: [] })
    .map((given) => safeJson(given)),
  text,
  fc.uint8Array({ maxLength: 6_000 }),
);
const method = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD', 'PUT', 'OPTIONS') },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Z!#$%&'*+.^_`|~-]{1,20}$/) },
);
/** Half of all requests are for something that there is, done as it should be done. */
const target = fc.oneof(
  fc.tuple(fc.constantFrom(...ROUTES), fc.option(step)).map(([route, value]) => ({
    method: route.method as string,
    path: value === null ? GOOD_REQUESTS[keyOf(route)]!.path : route.path.replace('{id}', () => value),
  })),
  fc.record({ method, path }),
);
const asked = fc.record({
  ...{ target, query, credentials, body },
  headers: fc.array(header, { maxLength: 3 }),
  isJson: fc.boolean(),
  address: fc.oneof(fc.ipV4(), fc.ipV6(), text),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

function safeJson(given: unknown): string {
  try {
    return JSON.stringify(given, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner));
  } catch {
    return '{"verdict":';
  }
}

/** null: no client can send that. */
function requestOf({ target, query, credentials, headers, isJson, body }: Asked): Request | null {
  const { method, path } = target;
  try {
    const all = new Headers({ ...(isJson ? JSON_TYPE : {}), ...credentials });
    for (const [key, given] of headers) all.set(key, given);
    const sends = body !== undefined && method !== 'GET' && method !== 'HEAD';
    return new Request(`${ORIGIN}${path}${query}`, {
      method,
      headers: all,
      ...(sends ? { body: body as string } : {}),
    });
  } catch {
    return null;
  }
}

describe('whatever is sent', () => {
  it('over HTTP is answered, and never with a failure', async () => {
    const seen = new Map<number, number>();
    const property = fc.asyncProperty(asked, async (given) => {
      const request = requestOf(given);
      fc.pre(request !== null);
      const response = await app.fetch(request!, { incoming: { socket: { remoteAddress: given.address } } });
      expect(response.status).toBeLessThan(500);
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
      const isNo = response.status >= 400 && response.status !== 416 && request!.method !== 'HEAD';
      if (isNo) ErrorAnswer.parse(await response.json());
      else await response.arrayBuffer();
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED, maxSkipsPerRun: 10 });
    // It got behind every door, and was turned away at each.
    for (const status of [200, 204, 400, 401, 403, 404, 405, 415]) expect([...seen.keys()]).toContain(status);
  });

  describe('over a WebSocket', () => {
    let server: WebServer;
    const world = new WatchedWorld();
    beforeAll(async () => {
      const logger = createLogger({ level: 'silent' });
      const fixed = { host: '127.0.0.1', port: 0, token: null, pageFolder: '/nonexistent' };
      server = createServer({ ...fixed, bus: world.bus, data: world, logger });
      await server.start();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    const opcode = fc.constantFrom(0x81, 0x82, 0x80, 0x88, 0x89, 0x8a, 0x01, 0xf1, 0x83);
    const masked = fc.tuple(opcode, fc.uint8Array({ maxLength: 125 })).map(([first, payload]) =>
      // With a key of zeros, masking changes nothing.
      Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]),
    );
    const frames = fc.array(fc.oneof(masked, fc.uint8Array({ maxLength: 300 })), {
      minLength: 1,
      maxLength: 5,
    });

    it('ends that connection at most', async () => {
      const property = fc.asyncProperty(frames, async (sent) => {
        const socket = connect(server.port, '127.0.0.1').on('error', () => {});
        const lines = ['GET /ws HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
        const handshake = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
        socket.write(`${[...lines, ...handshake].join('\r\n')}\r\n\r\n`);
        const [answer] = (await once(socket, 'data')) as [Buffer];
        expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
        socket.end(Buffer.concat(sent));
        socket.resume();
        await once(socket, 'close');
      });
      await fc.assert(property, { numRuns: CONNECTIONS, seed: SEED });
      expect((await fetch(`${server.url}healthz`)).status).toBe(200);
    });
  });
});
