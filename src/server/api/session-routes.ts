import { z } from 'zod';
import { SESSION_COOKIE, SESSION_S } from '../access.js';
import { Scope } from '../scopes.js';
import { type AnyRoute, Refusal, route } from './route.js';

/** Signing in with a token gives browsers a cookie that scripts on the page cannot read. */
export const sessionRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/session',
    summary: 'Who asks, and what they may do',
    scope: 'view',
    answer: z.strictObject({
      name: z.string().nullable().describe('Of the token; null: none is asked for'),
      scope: Scope,
    }),
    // Nobody comes here who is not let in.
    handle: ({ visitor }) => visitor()!,
  }),
  route({
    method: 'POST',
    path: '/api/session',
    summary: 'Signs a browser in: the answer sets a cookie',
    scope: null,
    body: z.strictObject({ token: z.string().min(1).max(1_024) }),
    answer: null,
    refusals: { 401: 'This is not a token', 429: 'Too many wrong tokens from this address' },
    handle: ({ body, request, address }, { signIn }) => {
      if (signIn === null) return new Response(null, { status: 204 });
      const session = signIn(body.token, address);
      return session instanceof Refusal ? session : withCookie(session, SESSION_S, request);
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/session',
    summary: 'Signs a browser out',
    scope: null,
    answer: null,
    handle: ({ request }) => withCookie('', 0, request),
  }),
];

/** That the page came by https is what its browser says, not a proxy's header that anybody can send. */
function withCookie(value: string, maxAgeS: number, { headers }: Request): Response {
  const secure = headers.get('origin')?.startsWith('https:') ? '; Secure' : '';
  const cookie = `${SESSION_COOKIE}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeS}${secure}`;
  return new Response(null, { status: 204, headers: { 'Set-Cookie': cookie } });
}
