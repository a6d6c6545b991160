import { describe, expect, it, vi } from 'vitest';
import { FAILURE_WINDOW_MS, FAILURES_ALLOWED } from '../shared/failure-limit.js';
import { Access, type Credentials, SESSION_S } from './access.js';

const TOKEN = 'correct horse, battery/staple %41';
const VIEW = { name: 'wall', token: 'only to look at', scope: 'view' as const };
const sessionKey = Buffer.alloc(32, 7);
const closed = () => new Access({ host: '0.0.0.0', token: TOKEN, tokens: [VIEW], sessionKey });
const open = new Access({ host: '127.0.0.1', token: null });
const address = '192.0.2.7';
const NOW_MS = 1_700_000_000_000;
const main = { name: 'main', scope: 'control' };
const wall = { name: 'wall', scope: 'view' };
const unauthorized = { refused: 'unauthorized', retryAfterS: 0 };

/** The value of a session that a token gives. */
function sessionOf(token: string, access = closed()): string {
  return access.signIn(token, { address, nowMs: NOW_MS }) as string;
}

describe('Access', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'camera.example', '127.evil.example'])(
    'refuses to serve %s without a token',
    (host) => {
      expect(() => new Access({ host, token: null })).toThrow(/no server.token/);
      expect(() => new Access({ host, token: 'x' })).not.toThrow();
    },
  );

  it.each<[string, Partial<Credentials>, unknown]>([
    ['nothing', {}, unauthorized],
    ['a bearer token', { authorization: `Bearer ${TOKEN}` }, main],
    ['a bearer token that may only look', { authorization: `bearer ${VIEW.token}` }, wall],
    ['a wrong bearer token', { authorization: `Bearer ${TOKEN}x` }, unauthorized],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, unauthorized],
    ['a subprotocol', { protocol: `wordwatch, token.${encodeURIComponent(TOKEN)}` }, main],
    ['a wrong subprotocol', { protocol: 'wordwatch, token.x' }, unauthorized],
    ['a malformed subprotocol', { protocol: 'wordwatch, token.%' }, unauthorized],
    ['an empty subprotocol token', { protocol: 'wordwatch, token.' }, unauthorized],
    ['a token as a cookie', { cookie: `wordwatch_session=${TOKEN}` }, unauthorized],
    ['a session', { cookie: `wordwatch_session=${sessionOf(TOKEN)}` }, main],
    ['a session that may only look', { cookie: `wordwatch_session=${sessionOf(VIEW.token)}` }, wall],
    [
      'a wrong token beside a session',
      { cookie: `wordwatch_session=${sessionOf(VIEW.token)}`, authorization: 'Bearer x' },
      unauthorized,
    ],
  ])('takes %s: %#', (_what, credentials, expected) => {
    expect(closed().admit({ ...credentials, address }, NOW_MS)).toEqual(expected);
    expect(open.admit({ ...credentials, address }, NOW_MS)).toEqual({ name: null, scope: 'control' });
  });

  it('keeps a session until it expires, or its token changes or is gone, or somebody touches it', () => {
    const session = sessionOf(VIEW.token);
    const asks = (value: string, atMs = NOW_MS, access = closed()) =>
      access.admit({ address, cookie: `a=b; wordwatch_session=${value}; c=d` }, atMs);
    expect(asks(session)).toEqual(wall);
    expect(asks(session, NOW_MS + SESSION_S * 1000)).toEqual(unauthorized);
    const others: ConstructorParameters<typeof Access>[0][] = [
      { host: '::', token: TOKEN },
      { host: '::', token: TOKEN, tokens: [{ ...VIEW, token: 'another' }] },
      { host: '::', token: TOKEN, tokens: [{ ...VIEW, scope: 'control' }] },
      { host: '::', token: TOKEN, tokens: [{ ...VIEW, name: 'door' }] },
      { host: '::', token: TOKEN, tokens: [VIEW], sessionKey: Buffer.alloc(32, 8) },
    ];
    for (const options of others)
      expect(asks(session, NOW_MS, new Access({ sessionKey, ...options }))).toEqual(unauthorized);
    const changed = new Access({ host: '::', token: 'changed', tokens: [VIEW], sessionKey });
    expect(asks(session, NOW_MS, changed)).toEqual(wall);
    expect(asks(sessionOf(TOKEN), NOW_MS, changed)).toEqual(unauthorized);
    for (const touched of [
      session.replace('.view.', '.control.'),
      session.replace('wall', 'main'),
      session.replace('wall.view', 'main.control'),
      session.replace(/\.\d/, '.9'),
      `${session}x`,
      '',
    ])
      expect(asks(touched)).toEqual(unauthorized);
  });

  it('makes who tries out tokens wait, wherever they are tried, but nobody who is signed in', () => {
    const warn = vi.fn();
    const access = new Access({ host: '::', token: TOKEN, tokens: [VIEW], sessionKey, logger: { warn } });
    const session = sessionOf(VIEW.token, access);
    const tries: ((token: string) => unknown)[] = [
      (token) => access.admit({ address, authorization: `Bearer ${token}` }, NOW_MS),
      (token) => access.admit({ address, protocol: `wordwatch, token.${token}` }, NOW_MS),
      (token) => access.signIn(token, { address, nowMs: NOW_MS }),
    ];
    for (let i = 0; i < FAILURES_ALLOWED; i++) expect(tries[i % 3]!(`guess-${i}`)).toEqual(unauthorized);
    for (const attempt of tries)
      expect(attempt(TOKEN)).toEqual({ refused: 'too-many-failures', retryAfterS: 60 });
    const bearer = { authorization: `Bearer ${TOKEN}` };
    expect(access.admit({ ...bearer, address: '192.0.2.8' }, NOW_MS)).toEqual(main);
    expect(access.admit({ cookie: `wordwatch_session=${session}`, address }, NOW_MS)).toEqual(wall);
    expect(access.admit({ ...bearer, address }, NOW_MS + FAILURE_WINDOW_MS)).toEqual(main);
    expect(warn.mock.calls).toEqual([[{ address }, expect.any(String)]]);
  });

  it('does not count what is no try', () => {
    const access = closed();
    for (let i = 0; i <= FAILURES_ALLOWED; i++) {
      access.admit({ address }, NOW_MS);
      access.admit({ address, cookie: 'wordwatch_session=old.view.1.x' }, NOW_MS);
    }
    expect(access.admit({ address, authorization: `Bearer ${TOKEN}` }, NOW_MS)).toEqual(main);
  });

  it.each([
    ['localhost:8787', true],
    ['127.0.0.1', true],
    ['[::1]:1', true],
    ['evil.example:8787', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['evil.example#@localhost', false],
    ['', false],
    [undefined, false],
  ])('Host %j without a token: %s', (host, expected) => {
    expect(open.isHostAllowed(host)).toBe(expected);
    expect(closed().isHostAllowed(host)).toBe(true);
  });

  it.each([
    [undefined, 'localhost:8787', true],
    ['http://localhost:8787', 'localhost:8787', true],
    ['https://watch.example', 'watch.example', true],
    ['http://localhost:9999', 'localhost:8787', false],
    ['http://evil.example', 'localhost:8787', false],
    ['null', 'localhost:8787', false],
    ['', 'localhost:8787', false],
    ['http://localhost:8787', undefined, false],
  ])('Origin %j at Host %j: %s', (origin, host, expected) => {
    expect(open.isOriginAllowed(origin, host)).toBe(expected);
  });
});
