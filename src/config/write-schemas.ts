// Writes the JSON Schemas of config and rules: run it after every change of a schema in this folder.
//   node --import tsx src/config/write-schemas.ts
import { writeFile } from 'node:fs/promises';
import { SCHEMA_FILES } from './json-schema.js';

for (const [name, make] of Object.entries(SCHEMA_FILES)) {
  await writeFile(new URL(`../../rules/${name}`, import.meta.url), make());
}
