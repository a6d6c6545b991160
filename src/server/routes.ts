import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { Id } from '../detect/event.js';
import { messageOf } from '../shared/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { type Access, SESSION_COOKIE, SESSION_S } from './access.js';
import { LessonInput, ReviewInput } from './messages.js';
import type { PageFile } from './page-files.js';
import { sendFile } from './ranges.js';
import type { ScoreHistory } from './score-history.js';
import type { ServerData } from './server-data.js';

const BODY_LIMIT_BYTES = 4 * 1024;
const EVENTS_LIMIT = 1_000;
const CLIP_RETRY_S = 5;

/** A sequence number in a URL. */
export const SeqParameter = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number')
  .transform(Number);

const EventsQuery = z.strictObject({
  after: SeqParameter.default(0),
  limit: SeqParameter.pipe(z.number().min(1).max(EVENTS_LIMIT)).default(100),
});
const ScoresQuery = z.strictObject({
  camera: Id.optional(),
  rule: Id.optional(),
  since: SeqParameter.default(0).describe('Milliseconds since the epoch'),
});
const CalibrationsQuery = z.strictObject({ camera: Id.optional(), rule: Id.optional() });
const FeasibilityQuery = z.strictObject({ camera: Id, rule: Id });
const SignIn = z.strictObject({ token: z.string().min(1).max(1_024) });

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
  app.use(ownHostAndOrigin(access));
  addSession(app, access);
  app.get('/healthz', (c) => health(c, options));
  app.use('/api/*', async (c, next) =>
    isAuthorized(c, access)
      ? next()
      : failure(c, 401, { code: 'unauthorized', message: 'a token is needed' }),
  );
  addApi(app, options);
  app.get('*', (c) => pageFile(c, options.page));
  app.notFound((c) => failure(c, 404, { code: 'not-found', message: 'there is nothing here' }));
  app.onError((error, c) => {
    logger.error({ path: c.req.path, reason: messageOf(error) }, 'request failed');
    return failure(c, 500, { code: 'internal', message: 'something went wrong; the log says what' });
  });
  return app;
}

function addApi(app: Hono, { data, scores }: RouteOptions): void {
  app.use('/api/*', async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  app.get('/api/cameras', (c) => c.json({ cameras: data.cameras() }));
  app.get('/api/rules', (c) => c.json({ rules: data.rules() }));
  app.get('/api/scores', (c) => {
    const query = ScoresQuery.safeParse(c.req.query());
    if (!query.success) return badInput(c, query.error);
    const { camera: cameraId, rule: ruleId, since: sinceMs } = query.data;
    return c.json({ series: scores.list({ cameraId, ruleId, sinceMs }) });
  });
  app.get('/api/events', (c) => {
    const query = EventsQuery.safeParse(c.req.query());
    if (!query.success) return badInput(c, query.error);
    return c.json({ events: data.events(query.data), lastSeq: data.lastSeq() });
  });
  app.get('/api/events/:id', (c) => {
    const id = z.uuid().safeParse(c.req.param('id'));
    if (!id.success) return badInput(c, id.error);
    const event = data.event(id.data);
    return event ? c.json(event) : failure(c, 404, { code: 'not-found', message: 'no such event' });
  });
  app.get('/api/calibrations', (c) => {
    const query = CalibrationsQuery.safeParse(c.req.query());
    if (!query.success) return badInput(c, query.error);
    const { camera: cameraId, rule: ruleId } = query.data;
    return c.json({ calibrations: data.calibrations({ cameraId, ruleId }) });
  });
  app.get('/api/feasibility', async (c) => {
    const query = FeasibilityQuery.safeParse(c.req.query());
    if (!query.success) return badInput(c, query.error);
    const { camera: cameraId, rule: ruleId } = query.data;
    const found = await data.feasibility({ cameraId, ruleId });
    return found ? c.json(found) : failure(c, 404, { code: 'not-found', message: 'no such rule or camera' });
  });
  app.post('/api/moments/:id/review', bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge }), (c) =>
    review(c, data),
  );
  app.post('/api/events/:id/review', bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge }), (c) =>
    review(c, data),
  );
  app.get('/api/rules/:id/lesson', (c) => lesson(c, data));
  app.post('/api/rules/:id/lesson', bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge }), (c) =>
    teach(c, data),
  );
  for (const path of ['/api/events/:id/snapshot', '/api/moments/:id/snapshot'])
    app.get(path, (c) => snapshot(c, data));
  app.get('/api/events/:id/clip', (c) => clip(c, data));
}

async function review(c: Context, data: ServerData): Promise<Response> {
  const id = z.uuid().safeParse(c.req.param('id'));
  if (!id.success) return badInput(c, id.error);
  const input = ReviewInput.safeParse(await c.req.json().catch(() => undefined));
  if (!input.success) return badInput(c, input.error);
  const result = data.review(id.data, input.data.verdict);
  return result ? c.json(result) : failure(c, 404, { code: 'not-found', message: 'no such event or peak' });
}

function lesson(c: Context, data: ServerData): Response {
  const id = Id.safeParse(c.req.param('id'));
  if (!id.success) return badInput(c, id.error);
  const proposal = data.lesson(id.data);
  return proposal ? c.json(proposal) : failure(c, 404, { code: 'not-found', message: 'no such rule' });
}

async function teach(c: Context, data: ServerData): Promise<Response> {
  const id = Id.safeParse(c.req.param('id'));
  if (!id.success) return badInput(c, id.error);
  const input = LessonInput.safeParse(await c.req.json().catch(() => undefined));
  if (!input.success) return badInput(c, input.error);
  if (!data.rules().some((rule) => rule.id === id.data))
    return failure(c, 404, { code: 'not-found', message: 'no such rule' });
  const result = data.teach(id.data, input.data);
  if (result) return c.json(result);
  const message = input.data.action === 'undo' ? 'no lesson is in force' : 'nothing is offered';
  return failure(c, 409, { code: 'nothing-to-do', message });
}

async function snapshot(c: Context, data: ServerData): Promise<Response> {
  const id = z.uuid().safeParse(c.req.param('id'));
  if (!id.success) return badInput(c, id.error);
  const jpeg = await data.snapshot(id.data);
  if (!jpeg) return failure(c, 404, { code: 'not-found', message: 'no snapshot of this event' });
  return c.body(new Uint8Array(jpeg), 200, { 'Content-Type': 'image/jpeg' });
}

async function clip(c: Context, data: ServerData): Promise<Response> {
  const id = z.uuid().safeParse(c.req.param('id'));
  if (!id.success) return badInput(c, id.error);
  const found = await data.clip(id.data);
  if (found === 'coming') {
    c.header('Retry-After', String(CLIP_RETRY_S));
    return failure(c, 404, {
      code: 'clip-not-ready',
      message: 'the event or what follows it is not over yet',
    });
  }
  if (!found) return failure(c, 404, { code: 'not-found', message: 'no clip of this event' });
  return sendFile(c.req.raw, { path: found.path, type: 'video/mp4' });
}

/** Signing in with the token gives browsers a cookie that scripts on the page cannot read. */
function addSession(app: Hono, access: Access): void {
  const cookie = (value: string, maxAgeS: number, origin: string | undefined) =>
    `${SESSION_COOKIE}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeS}${origin?.startsWith('https:') ? '; Secure' : ''}`;
  app.get('/api/session', (c) =>
    isAuthorized(c, access)
      ? c.body(null, 204)
      : failure(c, 401, { code: 'unauthorized', message: 'a token is needed' }),
  );
  app.post('/api/session', bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge }), async (c) => {
    const input = SignIn.safeParse(await c.req.json().catch(() => undefined));
    if (!input.success) return badInput(c, input.error);
    if (!access.needsToken) return c.body(null, 204);
    if (!access.isToken(input.data.token))
      return failure(c, 401, { code: 'unauthorized', message: 'this is not the token' });
    c.header('Set-Cookie', cookie(access.newSession(Date.now()), SESSION_S, c.req.header('origin')));
    return c.body(null, 204);
  });
  app.delete('/api/session', (c) => {
    c.header('Set-Cookie', cookie('', 0, c.req.header('origin')));
    return c.body(null, 204);
  });
}

/** Monitors need no token to learn whether all is well; what is wrong, and with which camera, is for those who have it. */
function health(c: Context, { data, access }: RouteOptions): Response {
  const { ok, problems } = data.health();
  c.header('Cache-Control', 'no-store');
  return c.json(isAuthorized(c, access) ? { ok, problems } : { ok }, ok ? 200 : 503);
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

function ownHostAndOrigin(access: Access): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    if (!access.isHostAllowed(host)) return failure(c, 403, { code: 'foreign-host', message: FOREIGN_HOST });
    const isSafe = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!isSafe && !access.isOriginAllowed(c.req.header('origin'), host))
      return failure(c, 403, { code: 'foreign-origin', message: 'another page may not do this' });
    return next();
  };
}

/** Shown when the server is asked for under a name that is not this machine's. */
export const FOREIGN_HOST = 'without a token this server answers only to localhost and 127.0.0.1';

function isAuthorized(c: Context, access: Access): boolean {
  const credentials = { authorization: c.req.header('authorization'), cookie: c.req.header('cookie') };
  return access.isAuthorized(credentials, Date.now());
}

function badInput(c: Context, error: z.ZodError): Response {
  const message = error.issues
    .map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`)
    .join('; ');
  return failure(c, 400, { code: 'bad-input', message });
}

function tooLarge(c: Context): Response {
  return failure(c, 413, { code: 'too-large', message: `at most ${BODY_LIMIT_BYTES} bytes` });
}

function failure(
  c: Context,
  status: ContentfulStatusCode,
  error: { code: string; message: string },
): Response {
  return c.json({ error }, status);
}
