import { z } from 'zod';
import { ConfigFile } from './config-schema.js';
import { ManifestFile } from './manifest-schema.js';
import { RulesFile } from './rule-schema.js';
import { RuleTestsFile } from './tests-schema.js';

/** The generated files, in the repository's `rules/` folder, and what belongs in them. */
export const SCHEMA_FILES = {
  'config.schema.json': () => jsonSchema(ConfigFile, 'wordwatch config (wordwatch.yaml)'),
  'rules.schema.json': () => jsonSchema(RulesFile, 'wordwatch rules'),
  'tests.schema.json': () => jsonSchema(RuleTestsFile, 'wordwatch rule tests'),
  'videos.schema.json': () => jsonSchema(ManifestFile, 'wordwatch labelled videos'),
};

const OR_REFERENCE = '|\\$\\{\\w+\\}';

/**
 * JSON Schema of what users type, for completion in editors: `# yaml-language-server: $schema=…` at the top of a file.
 * Draft 7, which is what editors know best. What spans several fields (k ≤ n) and `${NAME}` in the place of a number
 * are only judged by the program itself.
 */
function jsonSchema(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    override: ({ jsonSchema }) => {
      // `url: ${MQTT_URL}` must not be underlined in red. (A schema derived from another comes by here again.)
      const { pattern } = jsonSchema;
      if (pattern && !pattern.endsWith(OR_REFERENCE)) jsonSchema.pattern = `${pattern}${OR_REFERENCE}`;
    },
  });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
