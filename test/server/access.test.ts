import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type Access, SESSION_S } from '../../src/server/access.js';
import { type AnyRoute, BODY_LIMIT_BYTES, ErrorAnswer } from '../../src/server/api/route.js';
import { ROUTES } from '../../src/server/api/table.js';
import {
  bearer,
  CONTROL,
  cookieOf,
  GOOD_REQUESTS,
  goodRequest,
  keyOf,
  ORIGIN,
  serveGoodWorld,
  VIEW,
} from '../fixtures/api-requests.js';

const byKey = ROUTES.map((route) => [keyOf(route), route] as const);
const control = bearer(CONTROL);

/** Whatever is asked: the answer is one that the route says it gives, and tells nobody else anything. */
async function checked(response: Response, { answer, alsoAnswersWith = [] }: AnyRoute): Promise<number> {
  const { status, headers } = response;
  expect(status).toBeLessThan(500);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('access-control-allow-origin')).toBe(null);
  if (status >= 400 && !alsoAnswersWith.includes(status)) ErrorAnswer.parse(await response.json());
  else if (status === 204) expect(await response.text()).toBe('');
  else if (typeof answer === 'string') expect(headers.get('content-type')?.split(';')[0]).toBe(answer);
  else (answer as z.ZodType).parse(await response.json());
  return status;
}

describe('access over HTTP', () => {
  it('is tested for every route', () => {
    expect(byKey.map(([key]) => key).sort()).toEqual(Object.keys(GOOD_REQUESTS).sort());
  });

  describe.each(byKey)('%s', (key, route) => {
    const good = GOOD_REQUESTS[key]!.status;
    const withoutToken = route.scope === null ? good : 401;
    const withView = route.scope === 'control' ? 403 : good;
    const longAgoMs = Date.now() - SESSION_S * 1000;

    it.each<[string, (access: Access) => Record<string, string>, number]>([
      ['no token', () => ({}), withoutToken],
      ['a wrong token', () => bearer('wrong'), withoutToken],
      ['a token to look', () => bearer(VIEW), withView],
      ['a token for everything', () => control, good],
      ['a session to look', (access) => cookieOf(access, VIEW), withView],
      ['a session for everything', (access) => cookieOf(access, CONTROL), good],
      ['a session that is over', (access) => cookieOf(access, CONTROL, longAgoMs), withoutToken],
      ['our own page', (access) => ({ ...cookieOf(access, CONTROL), origin: ORIGIN }), good],
      [
        'a foreign page',
        () => ({ ...control, origin: 'http://evil.example' }),
        route.method === 'GET' ? good : 403,
      ],
      ['a foreign name', () => ({ ...control, host: 'evil.example' }), good],
    ])('%s', async (_what, headersOf, status) => {
      const { app, access } = serveGoodWorld();
      expect(await checked(await app.request(...goodRequest(route, headersOf(access))), route)).toBe(status);
    });

    it('without tokens, only under this machine’s own names', async () => {
      const { app } = serveGoodWorld({ tokens: [] });
      expect(await checked(await app.request(...goodRequest(route)), route)).toBe(good);
      const [url, init] = goodRequest(route, { host: 'evil.example' });
      expect(await checked(await app.request(url, init), route)).toBe(403);
    });

    it('other methods', async () => {
      const { app } = serveGoodWorld();
      const known = ROUTES.filter(({ path }) => path === route.path).map(({ method }) => method);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        if ((known as string[]).includes(method)) continue;
        const response = await app.request(goodRequest(route)[0], { method, headers: control });
        expect([method, response.status]).toEqual([method, 405]);
        expect(response.headers.get('allow')).toBe(known.join(', '));
      }
    });

    if (route.params)
      it('paths that lead elsewhere', async () => {
        const { app } = serveGoodWorld();
        const [, init] = goodRequest(route, control);
        const steps = ['..%2f..%2fetc%2fpasswd', '%00', '....//', '%2e%2e%2f', '..%5c', '%', '%ff', '-', '*'];
        for (const step of [...steps, '__proto__', 'x'.repeat(5_000), "';--", 'FIRE', '%0d%0aX:y']) {
          const path = route.path.replace('{id}', step);
          const response = await app.request(`${ORIGIN}${path}`, init);
          expect([path, response.status]).toEqual([path, step.includes('/') ? 404 : 400]);
          ErrorAnswer.parse(await response.json());
        }
      });

    if (route.query)
      it('parameters that do not exist', async () => {
        const { app } = serveGoodWorld();
        const [url, init] = goodRequest(route, control);
        for (const more of ['token=x', '__proto__=x&a=b', '%00=1', 'after[]=1'])
          expect(await checked(await app.request(`${url}&${more}`, init), route)).toBe(400);
      });

    if (route.body)
      it('bodies that are none', async () => {
        const { app, world } = serveGoodWorld();
        const [url, init] = goodRequest(route, control);
        const send = async (body: RequestInit['body'], headers = init.headers) =>
          checked(await app.request(url, { ...init, headers, body, duplex: 'half' } as RequestInit), route);
        const long = ` ${init.body}`.padStart((route.bodyLimitBytes ?? BODY_LIMIT_BYTES) + 1);
        expect(await send(long)).toBe(413);
        expect(await send(new Blob([long]).stream())).toBe(413);
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])
          expect(await send(init.body!, { ...control, 'content-type': type })).toBe(415);
        for (const body of ['', '{', 'null', '[]', '"x"', '{}', '{"__proto__":{}}', '{"more":1}', '\ufffe'])
          expect(await send(body)).toBe(400);
        expect([...world.verdicts, ...world.asked]).toEqual([]);
      });
  });

  it('asks who it is before it says what there is', async () => {
    const { app } = serveGoodWorld();
    for (const path of ['/api/unknown', '/api', '/api/events/x', '/api/rules/x/lesson'])
      for (const method of ['GET', 'POST', 'DELETE'])
        expect((await app.request(`${ORIGIN}${path}`, { method })).status).toBe(401);
    expect((await app.request(`${ORIGIN}/api/unknown`, { headers: control })).status).toBe(404);
  });
});
