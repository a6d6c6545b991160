import { z } from 'zod';
import { Problem } from '../messages.js';
import { type AnyRoute, route } from './route.js';

/** What those ask who run the service. */
export const operationsRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether everything works. Monitors need no token; what is wrong is for those who have one',
    scope: null,
    answer: z.strictObject({ ok: z.boolean(), problems: z.array(Problem).optional() }),
    alsoAnswersWith: [503],
    handle: ({ visitor }, { data }) => {
      const { ok, problems } = data.health();
      return Response.json(visitor() ? { ok, problems } : { ok }, { status: ok ? 200 : 503 });
    },
  }),
  route({
    method: 'GET',
    path: '/readyz',
    summary: 'Whether the parts that everything else needs are up. It tells nothing else, and needs no token',
    scope: null,
    answer: z.strictObject({ ready: z.boolean() }),
    alsoAnswersWith: [503],
    handle: (_asked, { data }) => {
      const ready = data.ready();
      return Response.json({ ready }, { status: ready ? 200 : 503 });
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'Numbers for Prometheus, which name cameras and rules',
    scope: 'view',
    answer: 'text/plain',
    handle: async (_asked, { data }) => {
      const { type, body } = await data.metrics();
      return new Response(body, { headers: { 'Content-Type': type } });
    },
  }),
];
