import type { Logger } from '../telemetry/logger.js';
import { type ModelDirectory, openModelDirectory } from './directory.js';
import type { Embedder } from './embedder.js';
import type { ModelChoice } from './model-choice.js';
import { createOnnxEmbedder } from './onnx-embedder.js';
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
 * Finds, reads and loads the model that a user chose.
 * @throws WordwatchError as `selectModel`, `openModelDirectory` and `createOnnxEmbedder` do
 */
export async function openModel({
  choice,
  modelsFolder,
  ...options
}: OpenModelOptions): Promise<{ directory: ModelDirectory; embedder: Embedder }> {
  const { dtype, device } = choice;
  const directory = await openModelDirectory(selectModel(choice, { modelsFolder }), { dtype });
  return { directory, embedder: await createOnnxEmbedder({ ...options, directory, device }) };
}
