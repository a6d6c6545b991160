import { z } from 'zod';
import { messageOf } from '../../shared/errors.js';
import type { ImagePreparation } from '../preparation.js';
import { normalisationTables, normalisePixels } from '../preprocess.js';
import { invalidAnswer } from './failure.js';
import { fromHalf, toHalf } from './half.js';
import type { Datatype, Signature } from './signature.js';

/** Header with the length of the JSON that stands before the tensors' bytes. */
export const JSON_LENGTH = 'inference-header-content-length';

const BYTES: Record<Datatype, number> = { FP32: 4, FP16: 2 };

/** What is posted. */
export interface InferRequest {
  body: Uint8Array;
  headers: Record<string, string>;
}

/** Turns `count` pictures (count × S × S × 3 bytes, RGB) into a request for `rows`, the rest being empty pictures. */
export type Encoder = (pixels: Uint8Array, size: { count: number; rows: number }) => InferRequest;

/** What {@link encoderOf} needs. */
export interface EncoderOptions {
  image: ImagePreparation;
  signature: Signature;
  /** Bytes behind the JSON instead of numbers in it. */
  isBinary: boolean;
}

/** How pictures are written for one model. */
export function encoderOf({ image, signature, isBinary }: EncoderOptions): Encoder {
  const { input, output } = signature;
  const sidePx = image.inputSizePx;
  const tables = normalisationTables(image);
  const describe = (rows: number) => ({
    name: input.name,
    shape: [rows, 3, sidePx, sidePx],
    datatype: input.datatype,
  });
  if (!isBinary) {
    // A colour has 256 values: each is written once, in as many digits as 32 bits have.
    const texts = tables.map((table) => Array.from(table, (value) => String(Number(value.toPrecision(9)))));
    return (pixels, { count, rows }) => {
      const out = new Array<string>(rows * 3 * sidePx ** 2).fill('0');
      normalisePixels({ pixels, count, sidePx, tables: texts, out });
      const start = JSON.stringify(describe(rows)).slice(0, -1);
      const text = `{"inputs":[${start},"data":[${out.join(',')}]}],"outputs":[{"name":${JSON.stringify(output.name)}}]}`;
      return { body: Buffer.from(text), headers: { 'content-type': 'application/json' } };
    };
  }
  const halves = tables.map((table) => Uint16Array.from(table, toHalf));
  return (pixels, { count, rows }) => {
    const values = rows * 3 * sidePx ** 2;
    const size = values * BYTES[input.datatype];
    const json = Buffer.from(
      JSON.stringify({
        inputs: [{ ...describe(rows), parameters: { binary_data_size: size } }],
        outputs: [{ name: output.name, parameters: { binary_data: true } }],
      }),
    );
    // Blanks behind the JSON bring the tensor to a place where an array of numbers may begin: no copy is needed.
    const jsonLength = Math.ceil(json.length / 4) * 4;
    const body = new Uint8Array(jsonLength + size);
    body.fill(0x20, json.length, jsonLength);
    body.set(json);
    // The protocol's byte order is little-endian, like that of every machine that Node.js runs on.
    if (input.datatype === 'FP32') {
      const out = new Float32Array(body.buffer, jsonLength, values);
      normalisePixels({ pixels, count, sidePx, tables, out });
    } else {
      const out = new Uint16Array(body.buffer, jsonLength, values);
      normalisePixels({ pixels, count, sidePx, tables: halves, out });
    }
    const headers = { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(jsonLength) };
    return { body, headers };
  };
}

const Output = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int().nonnegative()),
  parameters: z.object({ binary_data_size: z.int().nonnegative().optional() }).nullish(),
  data: z.array(z.unknown()).optional(),
});

const InferAnswer = z.object({ model_version: z.string().nullish(), outputs: z.array(Output) });

/** What {@link decodeAnswer} needs to know. */
export interface DecodeOptions {
  /** Value of the header {@link JSON_LENGTH}; null: there is none, and the answer is all JSON. */
  jsonLength: string | null;
  output: Signature['output'];
  /** Vectors that were asked for, and numbers in each. */
  rows: number;
  dimension: number;
  /** The model's address, for errors. */
  place: string;
}

/**
 * Reads an answer.
 * @returns rows × dimension values as the network gave them, and the version of the model that did
 * @throws RemoteFailure `remote-invalid-answer`; `remote-mismatch` when its vectors have another length
 */
export function decodeAnswer(
  body: Buffer,
  { jsonLength, output, rows, dimension, place }: DecodeOptions,
): { values: Float32Array; version: string | null } {
  const length = jsonLength === null ? body.length : Number(jsonLength);
  if (!(Number.isInteger(length) && length >= 0 && length <= body.length)) {
    throw invalidAnswer(place, `says that its JSON has ${jsonLength} bytes, of ${body.length} in all`);
  }
  const answer = parseJson(InferAnswer, body.subarray(0, length), place);
  let at = length;
  let found: { tensor: z.infer<typeof Output>; bytes: Buffer } | null = null;
  for (const tensor of answer.outputs) {
    const size = tensor.parameters?.binary_data_size ?? 0;
    if (tensor.name === output.name) found = { tensor, bytes: body.subarray(at, at + size) };
    at += size;
  }
  if (at !== body.length) {
    throw invalidAnswer(place, `announces ${at} bytes and sends ${body.length}: it was cut, or is no answer`);
  }
  if (!found) throw invalidAnswer(place, `answers without the output ${output.name}`);
  const { shape, datatype } = found.tensor;
  if (datatype !== output.datatype || shape.length !== 2 || shape[0] !== rows) {
    const given = `${datatype} of ${shape.join(' × ')}`;
    throw invalidAnswer(place, `answers ${given}, expected ${output.datatype} of ${rows} × ${dimension}`);
  }
  const values = valuesOf(found.tensor, found.bytes, output.datatype);
  if (values?.length !== rows * shape[1]!) {
    throw invalidAnswer(place, `answers with other data than the ${shape.join(' × ')} numbers it announces`);
  }
  return { values, version: answer.model_version ?? null };
}

/** null: what is there are no numbers. */
function valuesOf(
  { data, parameters }: z.infer<typeof Output>,
  bytes: Buffer,
  datatype: Datatype,
): Float32Array | null {
  if (parameters?.binary_data_size !== undefined) {
    if (bytes.length % BYTES[datatype] !== 0) return null;
    // Copied: the bytes need not begin where a number may.
    const { buffer } = new Uint8Array(bytes);
    return datatype === 'FP32'
      ? new Float32Array(buffer)
      : Float32Array.from(new Uint16Array(buffer), fromHalf);
  }
  // In a row, or nested by dimensions.
  const numbers = (data ?? []).flat(2);
  // JSON has no NaN: some servers write null, and the vector is refused for that.
  if (!numbers.every((value) => typeof value === 'number' || value === null)) return null;
  return Float32Array.from(numbers, (value) => value ?? Number.NaN);
}

/**
 * Reads a server's JSON.
 * @throws RemoteFailure `remote-invalid-answer`
 */
export function parseJson<S extends z.ZodType>(schema: S, body: Buffer, place: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? z.prettifyError(error).replaceAll('\n', ' ').slice(0, 300)
        : messageOf(error).slice(0, 100);
    throw invalidAnswer(place, `answers what cannot be read: ${reason}`, error);
  }
}
