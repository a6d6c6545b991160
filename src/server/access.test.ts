import { describe, expect, it } from 'vitest';
import { Access, SESSION_S } from './access.js';

const TOKEN = 'correct horse, battery/staple %41';
const closed = new Access({ host: '0.0.0.0', token: TOKEN });
const open = new Access({ host: '127.0.0.1', token: null });
const nobody = { authorization: undefined, cookie: undefined };

describe('Access', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'camera.example', '127.evil.example'])(
    'refuses to serve %s without a token',
    (host) => {
      expect(() => new Access({ host, token: null })).toThrow(/no server.token/);
      expect(() => new Access({ host, token: 'x' })).not.toThrow();
    },
  );

  it.each([
    ['nothing', nobody, false],
    ['a bearer token', { ...nobody, authorization: `Bearer ${TOKEN}` }, true],
    ['a wrong bearer token', { ...nobody, authorization: `Bearer ${TOKEN}x` }, false],
    ['another scheme', { ...nobody, authorization: `Basic ${TOKEN}` }, false],
    ['a subprotocol', { ...nobody, protocol: `wordwatch, token.${encodeURIComponent(TOKEN)}` }, true],
    ['a wrong subprotocol', { ...nobody, protocol: 'wordwatch, token.x' }, false],
    ['a malformed subprotocol', { ...nobody, protocol: 'wordwatch, token.%' }, false],
    ['an empty subprotocol token', { ...nobody, protocol: 'wordwatch, token.' }, false],
    ['a token as a cookie', { ...nobody, cookie: `wordwatch_session=${TOKEN}` }, false],
  ])('takes %s: %#', (_what, credentials, expected) => {
    expect(closed.isAuthorized(credentials, 0)).toBe(expected);
    expect(open.isAuthorized(credentials, 0)).toBe(true);
  });

  it('keeps a session until it expires, or the token changes, or somebody touches it', () => {
    const nowMs = 1_700_000_000_000;
    const session = closed.newSession(nowMs);
    const asks = (value: string, atMs = nowMs, access = closed) =>
      access.isAuthorized({ ...nobody, cookie: `a=b; wordwatch_session=${value}; c=d` }, atMs);
    expect(asks(session)).toBe(true);
    expect(asks(session, nowMs + SESSION_S * 1000)).toBe(false);
    expect(asks(session, nowMs, new Access({ host: '::', token: 'other' }))).toBe(false);
    expect(asks(session.replace(/^\d/, '9'))).toBe(false);
    expect(asks(`${session}x`)).toBe(false);
    expect(asks('')).toBe(false);
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
    expect(closed.isHostAllowed(host)).toBe(true);
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
