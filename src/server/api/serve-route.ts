import type { Context, Handler, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import type { Access, NotLetIn, Visitor } from '../access.js';
import { covers, type Scope } from '../scopes.js';
import { type AnyRoute, type ApiContext, BODY_LIMIT_BYTES, Refusal } from './route.js';

/**
 * What stands between a request and a route's handler, in this order: who asks, what they may do, whether the body can be
 * read at all, whether everything is as the schemas say.
 */
export function serveRoute(
  route: AnyRoute,
  { access, context }: { access: Access; context: ApiContext },
): [MiddlewareHandler, MiddlewareHandler, Handler] {
  const { bodyLimitBytes: maxSize = BODY_LIMIT_BYTES } = route;
  const limit = bodyLimit({ maxSize, onError: () => tooLarge(maxSize).toResponse() });
  const skip: MiddlewareHandler = (_c, next) => next();
  return [
    route.scope === null ? skip : letIn(access, route.scope),
    route.body ? limit : skip,
    async (c) => {
      const visitor = () => {
        const found = visitorOf(c, access);
        return 'refused' in found ? null : found;
      };
      const input = await readInput(c, route);
      if (input instanceof Refusal) return input.toResponse();
      const asked = { ...input, request: c.req.raw, address: addressOf(c), visitor };
      const answer = await route.handle(asked, context);
      if (answer instanceof Refusal) return answer.toResponse();
      return answer instanceof Response ? answer : Response.json(answer);
    },
  ];
}

/** Lets those pass who may do what needs `scope`. */
export function letIn(access: Access, scope: Scope): MiddlewareHandler {
  return async (c, next) => {
    const visitor = visitorOf(c, access);
    if ('refused' in visitor) return refusalOf(visitor).toResponse();
    if (!covers(visitor.scope, scope))
      return new Refusal(403, 'forbidden', `this needs a token with scope ${scope}`).toResponse();
    return next();
  };
}

/** The answer to somebody who is not let in. */
export function refusalOf({ refused, retryAfterS }: NotLetIn): Refusal {
  if (refused === 'unauthorized')
    return new Refusal(401, 'unauthorized', 'a token is needed, and a right one');
  const message = 'too many wrong tokens from this address';
  return new Refusal(429, refused, message, { 'Retry-After': String(retryAfterS) });
}

/** IP address that a request came from, as the connection says. */
export function addressOf({ env }: Context): string {
  const { incoming } = (env ?? {}) as { incoming?: { socket: { remoteAddress?: string } } };
  return incoming?.socket.remoteAddress ?? 'unknown';
}

/** Asked for once a request: a wrong token counts as one failure. */
function visitorOf(c: Context, access: Access): Visitor | NotLetIn {
  const known = c.get('visitor') as Visitor | NotLetIn | undefined;
  if (known) return known;
  const credentials = {
    authorization: c.req.header('authorization'),
    cookie: c.req.header('cookie'),
    address: addressOf(c),
  };
  const visitor = access.admit(credentials, Date.now());
  c.set('visitor', visitor);
  return visitor;
}

async function readInput(
  c: Context,
  { params, query, body }: AnyRoute,
): Promise<{ params: unknown; query: unknown; body: unknown } | Refusal> {
  if (body && !isJson(c.req.header('content-type'))) return NOT_JSON;
  const parts = {
    params: params?.safeParse(c.req.param()),
    query: query?.safeParse(c.req.query()),
    body: body?.safeParse(await c.req.json().catch(() => undefined)),
  };
  const wrong = Object.values(parts).find((part) => part?.success === false);
  if (wrong?.error) return badInput(wrong.error);
  return { params: parts.params?.data, query: parts.query?.data, body: parts.body?.data };
}

/** A form on a foreign page can send text and forms, but no JSON. */
function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(type ?? '');
}

function badInput(error: z.ZodError): Refusal {
  const said = error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
  return new Refusal(400, 'bad-input', said.join('; '));
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal(413, 'too-large', `at most ${limitBytes} bytes`);
}

const NOT_JSON = new Refusal(415, 'not-json', 'the Content-Type must be application/json');
