import * as ort from 'onnxruntime-node';
import type { Logger } from '../../telemetry/logger.js';
import type { ModelDirectory, TextModelDirectory } from '../directory.js';
import { type OptimisedNetwork, optimisedFolder, optimisedNetwork } from './optimised-network.js';

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
  { modelsFolder, logger }: { modelsFolder: string; logger: Logger },
): Promise<OptimisedModel> {
  const { path, visionPath, image, modelHash } = directory;
  // One after the other: each is timed, and needs its memory.
  const vision = await optimisedNetwork(visionPath, {
    hash: modelHash,
    folder: optimisedFolder(modelsFolder, path),
    logger,
    trial: (inputs) => picturesFor(inputs, image.inputSizePx),
  });
  return { vision, text: await optimisedTextNetwork(directory, { modelsFolder, logger }) };
}

/** The same for the text network alone. */
export function optimisedTextNetwork(
  { path, textPath, text, modelHash }: TextModelDirectory,
  { modelsFolder, logger }: { modelsFolder: string; logger: Logger },
): Promise<OptimisedNetwork> {
  return optimisedNetwork(textPath, {
    hash: modelHash,
    folder: optimisedFolder(modelsFolder, path),
    logger,
    trial: (inputs) => tokensFor(inputs, text.contextLength),
  });
}

type Inputs = readonly ort.InferenceSession.ValueMetadata[];

/** Pictures that are nothing in particular, with values from −2 to 2, as prepared pixels have them. */
function picturesFor(inputs: Inputs, sidePx: number): Record<string, ort.Tensor> {
  return Object.fromEntries(
    inputs.map((input) => {
      const dims = [fixedBatch(input) ?? TRIAL_PICTURES, 3, sidePx, sidePx];
      const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => {
        return 2 * Math.sin(i * 0.37 + (i / 1000) ** 2);
      });
      return [input.name, new ort.Tensor('float32', values, dims)];
    }),
  );
}

/** Token ids that every vocabulary has; every mask is 1 throughout. */
function tokensFor(inputs: Inputs, contextLength: number): Record<string, ort.Tensor> {
  return Object.fromEntries(
    inputs.map((input) => {
      const dims = [fixedBatch(input) ?? 1, contextLength];
      const values = Array.from({ length: dims[0]! * contextLength }, (_, i) =>
        input.name === 'attention_mask' ? 1 : 2 + ((i * 37) % 90),
      );
      const tensor =
        input.isTensor && input.type === 'int32'
          ? new ort.Tensor('int32', Int32Array.from(values), dims)
          : new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
      return [input.name, tensor];
    }),
  );
}

function fixedBatch(input: Inputs[number]): number | null {
  const batch = input.isTensor ? input.shape[0] : undefined;
  return typeof batch === 'number' ? batch : null;
}
