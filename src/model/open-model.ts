import { join } from 'node:path';
import type { Logger } from '../telemetry/logger.js';
import {
  type ModelDirectory,
  openModelDirectory,
  openTextModelDirectory,
  type TextModelDirectory,
} from './directory.js';
import type { Embedder } from './embedder.js';
import type { ModelChoice, RemoteChoice } from './model-choice.js';
import { createOnnxEmbedder } from './onnx-embedder.js';
import { type OptimisedModel, optimisedModel, optimisedTextNetwork } from './optimise/optimise-model.js';
import { createRemoteEmbedder } from './remote/remote-embedder.js';
import { selectModel } from './select-model.js';

/** What {@link openModel} needs. */
export interface OpenModelOptions {
  choice: ModelChoice;
  /** Where pulled models live. */
  modelsFolder: string;
  logger: Logger;
  /** Worker threads for pictures. */
  workers?: number;
  /** One of them ended that nobody asked to; another one takes its place. */
  onWorkerDeath?: () => void;
  /** A model server that does not work yet: an error (default), or reached by a later call. */
  unreachable?: 'throw' | 'wait';
  /** Ends the attempt to reach a model server. */
  signal?: AbortSignal;
}

/** A model that is ready for use. */
export interface OpenedModel {
  directory: TextModelDirectory;
  embedder: Embedder;
  /** Why its server does not work yet; null: it works, or there is none. */
  unready: string | null;
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
 * The same for who does not need its vision network: where a server embeds the pictures, that may be missing.
 * @throws WordwatchError as {@link openChosenDirectory} does
 */
export async function openChosenTextDirectory(
  choice: ModelChoice,
  options: { modelsFolder: string },
): Promise<TextModelDirectory> {
  const open = choice.remote ? openTextModelDirectory : openModelDirectory;
  return open(selectModel(choice, options), choice);
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
 * Finds, reads and loads the model that a user chose, and reaches its server, where it has one.
 * @throws WordwatchError as {@link openChosenDirectory}, `createOnnxEmbedder` and `createRemoteEmbedder` do
 */
export async function openModel(options: OpenModelOptions): Promise<OpenedModel> {
  const { choice, modelsFolder, logger } = options;
  if (choice.remote) return openRemote(choice.remote, options);
  const directory = await openChosenDirectory(choice, { modelsFolder });
  const { device } = choice;
  const optimised = device === 'cpu' ? await optimisedModel(directory, { modelsFolder, logger }) : null;
  const textVectorsPath = textVectorsIn(modelsFolder);
  const settings = { ...options, directory, optimised, device, textVectorsPath };
  return { directory, embedder: await createOnnxEmbedder(settings), unready: null };
}

async function openRemote(
  remote: RemoteChoice,
  { choice, modelsFolder, logger, unreachable = 'throw', signal }: OpenModelOptions,
): Promise<OpenedModel> {
  const directory = await openChosenTextDirectory(choice, { modelsFolder });
  const { device } = choice;
  const optimised = device === 'cpu' ? await optimisedTextNetwork(directory, { modelsFolder, logger }) : null;
  const opened = await createRemoteEmbedder({
    ...{ directory, device, unreachable, logger },
    choice: remote,
    optimisedTextPath: optimised?.path ?? null,
    textVectorsPath: textVectorsIn(modelsFolder),
    ...(signal ? { signal } : {}),
  });
  return { directory, ...opened };
}

function textVectorsIn(modelsFolder: string): string {
  return join(modelsFolder, '.texts.db');
}
