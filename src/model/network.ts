import * as ort from 'onnxruntime-node';
import { messageOf, WordwatchError } from '../shared/errors.js';
import { fromHalves } from './half.js';
import { DEVICES, type Device } from './model-choice.js';
import { SESSION_OPTIONS } from './session-options.js';
import { unitRows } from './unit-rows.js';

/** A loaded network and what it expects. */
export interface Network {
  path: string;
  session: ort.InferenceSession;
  inputs: ReadonlyMap<string, NetworkInput>;
  outputName: string;
}

/** An input: numbers in `shape` are fixed, names are free. */
export interface NetworkInput {
  type: string;
  shape: readonly (number | string)[];
}

/** What {@link openNetwork} needs. */
export interface NetworkOptions {
  /** The same network as made for this machine (`optimise/`), where it was. */
  optimisedPath?: string | null | undefined;
  device: Device;
  threads: number;
  /** Names that the vectors may have, best first. */
  outputNames: readonly string[];
}

// Names of what models of this kind take.
export const PIXELS = 'pixel_values';
export const IDS = 'input_ids';
export const MASK = 'attention_mask';

// What goes wrong is thrown, and said once by whoever catches it.
ort.env.logLevel = 'fatal';

/** The runtime's name of a device. */
function providerOf(device: Device): string {
  return device === 'directml' ? 'dml' : device;
}

/** Whether the runtime that is installed was built with a device in it. */
function isAvailable(device: Device): boolean {
  return ort.listSupportedBackends().some(({ name, bundled }) => name === providerOf(device) && bundled);
}

function missing(device: Device, cause: unknown): WordwatchError {
  return new WordwatchError(
    'device-missing',
    `the installed onnxruntime cannot use ${device}: ${messageOf(cause).split('\n')[0]}`,
    {
      cause,
      userInput: true,
      hint: `It brings ${DEVICES.filter(isAvailable).join(', ')}. For ${device} install its provider library (see onnxruntime-node's install notes), or set device: cpu.`,
    },
  );
}

/**
 * Loads a network.
 * @throws WordwatchError `model-corrupt` when the file is no such network, `device-missing`
 */
export async function openNetwork(
  path: string,
  { optimisedPath, device, threads, outputNames }: NetworkOptions,
): Promise<Network> {
  let session: ort.InferenceSession;
  const options: ort.InferenceSession.SessionOptions = {
    ...SESSION_OPTIONS,
    executionProviders: [providerOf(device)],
    intraOpNumThreads: threads,
  };
  try {
    // What was made of a network may be gone or damaged: the network itself is what counts.
    session =
      (optimisedPath && (await openOptimised(optimisedPath, options).catch(() => null))) ||
      (await ort.InferenceSession.create(path, options));
  } catch (error) {
    if (!isAvailable(device)) throw missing(device, error);
    throw new WordwatchError('model-corrupt', `${path} cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const inputs = new Map<string, NetworkInput>();
  for (const input of session.inputMetadata) if (input.isTensor) inputs.set(input.name, input);
  // In a file that holds both halves of a model, only the names that say whose vectors they are tell which is meant.
  const single = inputs.has(PIXELS) && inputs.has(IDS);
  const candidates = single ? outputNames.slice(0, 1) : outputNames;
  const outputName = candidates.find((name) => session.outputNames.includes(name));
  if (outputName === undefined) throw mismatch(path, 'output', candidates, session.outputNames);
  return { path, session, inputs, outputName };
}

/** Its optimisations are in the file; looking for them again is most of what loading costs. */
function openOptimised(
  path: string,
  options: ort.InferenceSession.SessionOptions,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(path, { ...options, graphOptimizationLevel: 'disabled' });
}

/** An input or output that is not there: what was looked for and what was found. */
export function mismatch(
  path: string,
  what: 'input' | 'output',
  wanted: readonly string[],
  found: Iterable<string>,
): WordwatchError {
  const names = `${wanted.join(' or ')}, found ${[...found].join(', ')}`;
  return new WordwatchError('model-corrupt', `${path}: looked for the ${what} ${names}`, {
    hint:
      what === 'output'
        ? 'A network must end in one vector a picture or text, not in one a patch or token: export the model with its projection.'
        : `Pictures must go in as ${PIXELS}, texts as ${IDS}, with an ${MASK} where the network wants one.`,
  });
}

/**
 * Runs a network once.
 * @returns rows × dimension values, each row scaled to length 1
 * @throws WordwatchError `model-failed`; `model-invalid-output` as {@link unitRows} does
 */
export async function runNetwork(
  { path, session, outputName }: Network,
  feeds: Record<string, ort.Tensor>,
): Promise<{ vectors: Float32Array; rows: number }> {
  let output: ort.Tensor | undefined;
  try {
    output = (await session.run(feeds, [outputName]))[outputName];
  } catch (error) {
    throw new WordwatchError('model-failed', `${path} failed: ${messageOf(error)}`, { cause: error });
  }
  const values =
    output?.type === 'float16'
      ? fromHalves(output.data as Uint16Array)
      : output?.type === 'float32'
        ? (output.data as Float32Array)
        : null;
  const [rows, ...rest] = output?.dims ?? [];
  if (values === null || rest.length !== 1) {
    throw new WordwatchError(
      'model-corrupt',
      `${path}: ${outputName} is ${output?.type} of ${output?.dims.join(' × ')}, expected float32 or float16 of pictures or texts × dimension (of ${session.outputNames.join(', ')})`,
    );
  }
  return { vectors: unitRows(values, rows!, path), rows: rows! };
}
