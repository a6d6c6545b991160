import { type Command, Option } from 'commander';
import { Verdict } from '../../detect/event.js';
import { ALL_EVENTS } from '../../store/past-events.js';
import { EVENT_FORMATS, runExportEvents } from '../export/export-events.js';
import { runExportVectors, VECTOR_FORMATS } from '../export/export-vectors.js';
import { VECTOR_VALUES } from '../export/parquet.js';
import { jsonOption } from '../options.js';
import { pastTime } from '../time-range.js';
import { type CliContext, finish } from './context.js';

/** `export`: events and vectors for other programs. */
export function addExportCommand(program: Command, { signal, outputOf }: CliContext): void {
  const command = program
    .command('export')
    .description('events, and what the model made of pictures, as files for other programs');
  withRange(command.command('events'))
    .description('events as a table, as JSON, or with pictures and tiles in COCO’s format')
    .addOption(new Option('--format <format>', 'how').choices(EVENT_FORMATS).default('csv'))
    .option('--rule <id>', 'only of this rule')
    .addOption(
      new Option(
        '--verdict <verdict>',
        'only events of which somebody said this; none: not reviewed',
      ).choices([...Verdict.options, 'none']),
    )
    .option('--out <path>', 'a file (default: stdout); of coco, a folder')
    .action(({ store: storePath, camera = null, rule = null, since, until, ...options }) =>
      finish(
        runExportEvents({
          ...{ storePath, format: options.format },
          filter: {
            ...{ ...ALL_EVENTS, cameraId: camera, ruleId: rule, verdict: options.verdict ?? null },
            ...{ fromMs: since ?? null, toMs: until ?? null },
          },
          ...{ out: options.out ?? null, output: outputOf({}) },
        }),
      ),
    );
  withRange(command.command('vectors'))
    .description('remembered vectors with their cameras, times and tiles')
    .addOption(new Option('--format <format>', 'how').choices(VECTOR_FORMATS).default('parquet'))
    .addOption(
      new Option('--values <type>', 'float32: unit vectors; int8: as they are kept, a quarter of the size')
        .choices(VECTOR_VALUES)
        .default('float32'),
    )
    .option('--model-hash <hash>', 'only of this model; its beginning is enough')
    .requiredOption('--out <file>', 'where to')
    .addOption(jsonOption())
    .action(({ store: storePath, camera = null, since, until, format, values, out, ...options }) =>
      finish(
        runExportVectors({
          ...{ storePath, format, values, out, modelHash: options.modelHash ?? null },
          range: { cameraId: camera, fromMs: since ?? -Infinity, toMs: until ?? Infinity },
          ...{ output: outputOf(options), signal },
        }),
      ),
    );
}

function withRange(command: Command): Command {
  return command
    .option('--store <folder>', 'data folder', './data')
    .option('--camera <id>', 'only of this camera')
    .option('--since <time>', 'from then on: 7d, 6h, or 2026-05-01T20:00:00+02:00', pastTime)
    .option('--until <time>', 'until then', pastTime);
}
