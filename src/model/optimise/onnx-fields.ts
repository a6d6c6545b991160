import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

// ONNX files field by field: weights stay the bytes that they are. Numbers of the fields in onnx.proto:
export const MODEL_GRAPH = 7;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 };
export const NODE = { input: 1, output: 2, opType: 4, attribute: 5 };
export const ATTRIBUTE = { graph: 6, graphs: 11 };
export const TENSOR = { dataType: 2, int32Data: 5, name: 8, rawData: 9 };
export const VALUE = { name: 1 };

/** A field of a message; `content` without its tag and length, `whole` with them. */
export interface Field {
  number: number;
  wireType: WireType;
  content: Uint8Array;
  whole: Uint8Array;
}

/** @throws RangeError when it is no protobuf message */
export function fieldsOf(message: Uint8Array): Field[] {
  const reader = new BinaryReader(message);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const [number, wireType] = reader.tag();
    const content = wireType === WireType.LengthDelimited ? reader.bytes() : reader.skip(wireType);
    fields.push({ number, wireType, content, whole: message.subarray(from, reader.pos) });
  }
  return fields;
}

/** The name of a tensor. */
export function nameOf(tensor: Uint8Array): string {
  return text(fieldsOf(tensor).find(({ number }) => number === TENSOR.name)?.content);
}

/** The message with the content of one kind of field changed. */
export function rewrite(
  message: Uint8Array,
  changed: number,
  change: (content: Uint8Array) => Uint8Array,
): Uint8Array {
  const writer = new BinaryWriter();
  for (const { number, content, whole } of fieldsOf(message)) {
    if (number !== changed) writer.raw(whole);
    else writer.tag(number, WireType.LengthDelimited).bytes(change(content));
  }
  return writer.finish();
}

/** A field's content as text; nothing is the empty text. */
export function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
