// Writes the OpenAPI and AsyncAPI documents: run it after every change of a route or a message.
//   node --import tsx src/server/write-documents.ts
import { writeFile } from 'node:fs/promises';
import { ROUTES } from './api/table.js';
import { asyncApiDocument } from './asyncapi.js';
import { openApiDocument } from './openapi.js';

for (const [name, document] of [
  ['openapi.json', openApiDocument(ROUTES)],
  ['asyncapi.json', asyncApiDocument()],
] as const) {
  await writeFile(new URL(name, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
}
