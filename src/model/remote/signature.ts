import { z } from 'zod';
import { RemoteFailure } from './failure.js';

// What is read of a server's words about itself and its model. Servers say more; that is none of our business.

const TensorMetadata = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) });
type TensorMetadata = z.infer<typeof TensorMetadata>;

/** `GET /v2/models/NAME` */
export const ModelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).nullish(),
  platform: z.string().nullish(),
  inputs: z.array(TensorMetadata),
  outputs: z.array(TensorMetadata),
});
export type ModelMetadata = z.infer<typeof ModelMetadata>;

/** `GET /v2` */
export const ServerMetadata = z.object({ extensions: z.array(z.string()).nullish() });

/** `GET /v2/models/NAME/config`, which Triton has. */
export const ModelConfiguration = z.object({ max_batch_size: z.int().nonnegative().optional() });

const DATATYPES = ['FP32', 'FP16'] as const;
export type Datatype = (typeof DATATYPES)[number];

/** What goes into a model, and what comes out. */
export interface Signature {
  input: { name: string; datatype: Datatype };
  output: { name: string; datatype: Datatype };
  /** Pictures that it takes at once, where it takes only so many. */
  fixedBatch: number | null;
}

/** Names that the vectors may have, best first. */
const OUTPUTS = ['image_embeds', 'pooler_output'];

/**
 * Finds the tensor that takes pictures of N × 3 × side × side and the one that holds their vectors.
 * @param place the model's address, for errors
 * @throws RemoteFailure `remote-unsuitable`
 */
export function signatureOf(
  { inputs, outputs }: ModelMetadata,
  { sidePx, place }: { sidePx: number; place: string },
): Signature {
  const input = inputs.find(({ name }) => name === 'pixel_values') ?? inputs[0];
  if (!input || inputs.length > 1 || !takesPictures(input, sidePx)) {
    const wanted = `one input of N × 3 × ${sidePx} × ${sidePx}`;
    throw unsuitable(`${place}: looked for ${wanted}, found ${listed(inputs)}`);
  }
  const output =
    OUTPUTS.flatMap((wanted) => outputs.filter(({ name }) => name === wanted))[0] ??
    (outputs.length === 1 ? outputs[0] : undefined);
  if (output === undefined || output.shape.length !== 2) {
    const wanted = `the output ${OUTPUTS.join(' or ')} of N × dimension`;
    throw unsuitable(`${place}: looked for ${wanted}, found ${listed(outputs)}`);
  }
  const [batch = 0] = input.shape;
  return {
    input: { name: input.name, datatype: datatypeOf(input, place) },
    output: { name: output.name, datatype: datatypeOf(output, place) },
    fixedBatch: batch > 0 ? batch : null,
  };
}

/** −1: any size. The hub's networks leave all of them open. */
function takesPictures({ shape }: TensorMetadata, sidePx: number): boolean {
  const wanted = [3, sidePx, sidePx];
  return shape.length === 4 && shape.slice(1).every((size, i) => size === -1 || size === wanted[i]);
}

function datatypeOf({ name, datatype }: TensorMetadata, place: string): Datatype {
  const known = DATATYPES.find((known) => known === datatype);
  if (known) return known;
  throw unsuitable(`${place}: ${name} is ${datatype}, expected ${DATATYPES.join(' or ')}`);
}

function listed(tensors: readonly TensorMetadata[]): string {
  const names = tensors.map(({ name, shape }) => `${name} (${shape.join(' × ')})`);
  return names.slice(0, 8).join(', ') || 'none';
}

function unsuitable(message: string): RemoteFailure {
  return new RemoteFailure('remote-unsuitable', message, {
    userInput: true,
    hint: 'The server has to serve the vision half of the model that model.name names, by itself: onnx/vision_model.onnx of its folder.',
  });
}
