import type { Logger } from '../../telemetry/logger.js';
import type { ModelDirectory, TextModelDirectory } from '../directory.js';
import { type OptimisedNetwork, optimisedFolder, optimisedNetwork } from './optimised-network.js';
import { trialFeeds } from './trial-feeds.js';

/** Pictures in the trial of a vision network. */
const TRIAL_PICTURES = 4;

/** What was made of a model's two networks. */
export interface OptimisedModel {
  vision: OptimisedNetwork;
  text: OptimisedNetwork;
}

/**
 * Both networks of a model as this machine's CPU runs them fastest; see {@link optimisedNetwork}.
 * @param modelsFolder where pulled models live
 */
export async function optimisedModel(
  directory: ModelDirectory,
  options: { modelsFolder: string; logger: Logger },
): Promise<OptimisedModel> {
  // One after the other: each is timed, and needs its memory.
  const vision = await optimisedHalf(directory, {
    ...options,
    path: directory.visionPath,
    output: 'image_embeds',
  });
  return { vision, text: await optimisedTextNetwork(directory, options) };
}

/** The same for the text network alone. */
export function optimisedTextNetwork(
  directory: TextModelDirectory,
  options: { modelsFolder: string; logger: Logger },
): Promise<OptimisedNetwork> {
  return optimisedHalf(directory, { ...options, path: directory.textPath, output: 'text_embeds' });
}

function optimisedHalf(
  { path: directoryPath, visionPath, textPath, image, text, modelHash }: TextModelDirectory,
  {
    modelsFolder,
    logger,
    path,
    output,
  }: { modelsFolder: string; logger: Logger; path: string; output: string },
): Promise<OptimisedNetwork> {
  const sizes = { pictures: TRIAL_PICTURES, sidePx: image.inputSizePx, contextLength: text.contextLength };
  return optimisedNetwork(path, {
    hash: modelHash,
    folder: optimisedFolder(modelsFolder, directoryPath),
    logger,
    trial: (inputs) => trialFeeds(inputs, sizes),
    // A file that holds both halves is cut.
    output: visionPath === textPath ? output : null,
  });
}
