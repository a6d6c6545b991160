import { join } from 'node:path';
import type { Logger } from '../telemetry/logger.js';
import { type ModelDirectory, openModelDirectory } from './directory.js';
import type { Embedder } from './embedder.js';
import type { ModelChoice } from './model-choice.js';
import { createOnnxEmbedder } from './onnx-embedder.js';
import { type OptimisedModel, optimisedModel } from './optimise/optimise-model.js';
import { selectModel } from './select-model.js';

/** What {@link openModel} needs. */
export interface OpenModelOptions {
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  logger: Logger;
  /** Worker threads for pictures. */
  workers?: number;
}

/**
 * Finds and reads the model that a user chose.
 * @throws WordwatchError as `selectModel` and `openModelDirectory` do
 */
export async function openChosenDirectory(
  choice: ModelChoice,
  options: { modelsFolder: string },
): Promise<ModelDirectory> {
  return openModelDirectory(selectModel(choice, options), choice);
}

/**
 * Makes the networks of the model that a user chose fast for this machine's CPU, where that was not done yet.
 * @throws WordwatchError as {@link openChosenDirectory} does
 */
export async function optimiseChosen(
  choice: ModelChoice,
  options: { modelsFolder: string; logger: Logger },
): Promise<OptimisedModel> {
  return optimisedModel(await openChosenDirectory(choice, options), options);
}

/**
 * Finds, reads and loads the model that a user chose.
 * @throws WordwatchError as {@link openChosenDirectory} and `createOnnxEmbedder` do
 */
export async function openModel({
  choice,
  modelsFolder,
  ...options
}: OpenModelOptions): Promise<{ directory: ModelDirectory; embedder: Embedder }> {
  const directory = await openChosenDirectory(choice, { modelsFolder });
  const { device } = choice;
  const { logger } = options;
  const optimised = device === 'cpu' ? await optimisedModel(directory, { modelsFolder, logger }) : null;
  const textVectorsPath = join(modelsFolder, '.texts.db');
  const settings = { ...options, directory, optimised, device, textVectorsPath };
  return { directory, embedder: await createOnnxEmbedder(settings) };
}
