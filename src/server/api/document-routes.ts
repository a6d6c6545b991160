import { z } from 'zod';
import { type AnyRoute, route } from './route.js';

const Document = z.record(z.string(), z.unknown());

/** What this server can do, for programs that write clients. */
export const documentRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This API as an OpenAPI document',
    scope: 'view',
    answer: Document,
    handle: (_asked, { documents }) => documents.openapi(),
  }),
  route({
    method: 'GET',
    path: '/api/asyncapi.json',
    summary: 'The live feed as an AsyncAPI document',
    scope: 'view',
    answer: Document,
    handle: (_asked, { documents }) => documents.asyncapi(),
  }),
];
