import type { Logger } from '../../telemetry/logger.js';
import type { ModelDirectory } from '../directory.js';
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
  { path, visionPath, textPath, image, text, modelHash }: ModelDirectory,
  { modelsFolder, logger }: { modelsFolder: string; logger: Logger },
): Promise<OptimisedModel> {
  const sizes = { pictures: TRIAL_PICTURES, sidePx: image.inputSizePx, contextLength: text.contextLength };
  const trial = (inputs: Parameters<typeof trialFeeds>[0]) => trialFeeds(inputs, sizes);
  const shared = { hash: modelHash, folder: optimisedFolder(modelsFolder, path), logger, trial };
  const half = (output: string) => (visionPath === textPath ? output : null);
  // One after the other: each is timed, and needs its memory.
  const vision = await optimisedNetwork(visionPath, { ...shared, output: half('image_embeds') });
  return { vision, text: await optimisedNetwork(textPath, { ...shared, output: half('text_embeds') }) };
}
