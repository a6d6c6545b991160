import type { Context, Hono } from 'hono';
import type { ServerData } from './server-data.js';

/** What {@link addOperations} needs. */
export interface OperationsOptions {
  data: Pick<ServerData, 'ready' | 'metrics'>;
  isAuthorized: (c: Context) => boolean;
}

/**
 * What those who run the service ask: whether it is ready, which needs no token and tells nothing else, and its numbers,
 * which name cameras and rules.
 */
export function addOperations(app: Hono, { data, isAuthorized }: OperationsOptions): void {
  app.get('/readyz', (c) => {
    c.header('Cache-Control', 'no-store');
    const ready = data.ready();
    return c.json({ ready }, ready ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    c.header('Cache-Control', 'no-store');
    if (!isAuthorized(c))
      return c.json({ error: { code: 'unauthorized', message: 'a token is needed' } }, 401);
    const { type, body } = await data.metrics();
    return c.body(body, 200, { 'Content-Type': type });
  });
}
