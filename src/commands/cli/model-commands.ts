import type { Command } from 'commander';
import {
  runModelsList,
  runModelsOptimize,
  runModelsPull,
  runModelsRemove,
  runModelsVerify,
} from '../models.js';
import { choiceOf, dtypeOption, jsonOption } from '../options.js';
import { type CliContext, finish } from './context.js';

/** `models …`: which there are, bringing them, checking them. */
export function addModelCommands(program: Command, context: CliContext): void {
  const { env, modelsFolder, signal, outputOf } = context;
  const models = program
    .command('models')
    .description('models: which there are, bringing them, checking them');

  models
    .command('list', { isDefault: true })
    .description('the catalogue, and what of it is here')
    .addOption(jsonOption())
    .action(({ json }) => finish(runModelsList({ modelsFolder, output: outputOf({ json }) })));

  models
    .command('pull')
    .description('brings a model from the hub; an interrupted pull goes on where it ended')
    .argument('<id>', 'a model of the catalogue')
    .addOption(dtypeOption())
    .option('--accept-license', 'I have read the licence of a model that restricts its use', false)
    .option('--update', 'take what the hub has now, even if it is not what was pulled first', false)
    .addOption(jsonOption())
    .action((id: string, { dtype = null, acceptLicense, update, json }) =>
      finish(
        runModelsPull({
          id,
          dtype,
          acceptLicence: acceptLicense,
          update,
          hub: {
            url: (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
            token: env.HF_TOKEN || null,
          },
          modelsFolder,
          output: outputOf({ json }),
          signal,
        }),
      ),
    );

  models
    .command('verify')
    .description('compares models with what they were when they were pulled; exit 1 when a file differs')
    .argument('[id...]', 'models (default: all that are here)')
    .addOption(jsonOption())
    .action((ids: string[], { json }) =>
      finish(runModelsVerify({ ids, modelsFolder, output: outputOf({ json }) })),
    );

  models
    .command('optimize')
    .description('makes a model fast for this machine, with the same results (a pull does so by itself)')
    .argument('<model>', 'a pulled model, or a folder in the hub’s layout')
    .addOption(dtypeOption())
    .addOption(jsonOption())
    .action((model: string, { dtype, json }) => {
      const choice = choiceOf({ model, dtype, device: 'cpu' }, context.choice);
      return finish(runModelsOptimize({ choice, modelsFolder, output: outputOf({ json }) }));
    });

  models
    .command('rm')
    .description('removes a pulled model')
    .argument('<id>', 'a pulled model')
    .option('--forget', 'forget also which version it was: the next pull takes the newest', false)
    .action((id: string, { forget }) =>
      finish(runModelsRemove({ id, forget, modelsFolder, output: outputOf({}) })),
    );
}
