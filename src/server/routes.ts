import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import type { Access } from './access.js';
import { type ApiContext, notFound, Refusal } from './api/route.js';
import { letIn, refusalOf, serveRoute } from './api/serve-route.js';
import { ROUTES } from './api/table.js';
import { asyncApiDocument } from './asyncapi.js';
import { openApiDocument } from './openapi.js';
import type { PageFile } from './page-files.js';
import type { ScoreHistory } from './score-history.js';
import type { ServerData } from './server-data.js';

/** Everything on the page is ours: no foreign script, style, frame or form target. */
const HEADERS: Record<string, string> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** What {@link createRoutes} needs. */
export interface RouteOptions {
  data: ServerData;
  access: Access;
  scores: Pick<ScoreHistory, 'list'>;
  /** Files of the page by URL path. */
  page: ReadonlyMap<string, PageFile>;
  logger: Logger;
}

/** The HTTP side of the server. Errors of the API are JSON: `{error: {code, message}}`. */
export function createRoutes(options: RouteOptions): Hono {
  const { access, logger } = options;
  const app = new Hono();
  app.use(securityHeaders);
  for (const path of ['/api/*', '/healthz', '/readyz', '/metrics']) app.use(path, neverStored);
  app.use(ownHostAndOrigin(access));
  addApi(app, options);
  app.get('*', (c) => pageFile(c, options.page));
  app.notFound(() => notFound('there is nothing here').toResponse());
  app.onError((error, c) => {
    logger.error({ path: c.req.path, reason: messageOf(error) }, 'request failed');
    return new Refusal(500, 'internal', 'something went wrong; the log says what').toResponse();
  });
  return app;
}

function addApi(app: Hono, { data, scores, access }: RouteOptions): void {
  const context: ApiContext = {
    data,
    scores,
    signIn: access.needsToken ? (token, address) => signIn(access, token, address) : null,
    documents: { openapi: madeOnce(() => openApiDocument(ROUTES)), asyncapi: madeOnce(asyncApiDocument) },
  };
  for (const route of ROUTES)
    app.on(route.method, honoPath(route), ...serveRoute(route, { access, context }));
  for (const path of new Set(ROUTES.map(honoPath))) {
    const methods = ROUTES.filter((route) => honoPath(route) === path).map(({ method }) => method);
    app.all(path, letIn(access, 'view'), () => wrongMethod(methods).toResponse());
  }
  app.all('/api/*', letIn(access, 'view'), (c) => c.notFound());
}

/** Only when it is first asked for: most servers never are. */
function madeOnce<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** `/api/events/{id}` → `/api/events/:id` */
function honoPath({ path }: { path: string }): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function signIn(access: Access, token: string, address: string): string | Refusal {
  const session = access.signIn(token, { address, nowMs: Date.now() });
  return typeof session === 'string' ? session : refusalOf(session);
}

function wrongMethod(methods: readonly string[]): Refusal {
  const allowed = methods.join(', ');
  return new Refusal(405, 'wrong-method', `only ${allowed}`, { Allow: allowed });
}

function pageFile(c: Context, page: ReadonlyMap<string, PageFile>): Response | Promise<Response> {
  if (page.size === 0 && c.req.path === '/')
    return c.text('The page is not built. In a checkout, type: npm run build:page\n', 503);
  const file = page.get(c.req.path);
  if (!file) return c.notFound();
  const zip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '') ? file.gzipped : null;
  return c.body(new Uint8Array(zip ?? file.body), 200, {
    'Content-Type': file.type,
    'Cache-Control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
    ...(zip ? { 'Content-Encoding': 'gzip' } : {}),
  });
}

const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
};

const neverStored: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('Cache-Control', 'no-store');
};

function ownHostAndOrigin(access: Access): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    if (!access.isHostAllowed(host)) return FOREIGN_HOST.toResponse();
    const isSafe = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!isSafe && !access.isOriginAllowed(c.req.header('origin'), host)) return FOREIGN_ORIGIN.toResponse();
    return next();
  };
}

/** The answer when the server is asked for under a name that is not this machine's. */
export const FOREIGN_HOST = new Refusal(
  403,
  'foreign-host',
  'without a token this server answers only to localhost and 127.0.0.1',
);
/** The answer when another page asks. */
export const FOREIGN_ORIGIN = new Refusal(403, 'foreign-origin', 'another page may not do this');
