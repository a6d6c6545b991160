import { WordwatchError } from '../../shared/errors.js';

const READERS: Record<string, { bytes: number; read: (view: DataView, at: number) => number }> = {
  '|b1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|i1': { bytes: 1, read: (view, at) => view.getInt8(at) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * Reads a list of numbers as numpy saves it (`numpy.save`, one dimension). Lists of Python objects are not read: to load
 * them is to run what is in them.
 * @param name as shown to people
 * @throws WordwatchError `npy-invalid`
 */
export function readNpy(bytes: Uint8Array, name: string): Float64Array {
  const refuse = (reason: string) =>
    new WordwatchError('npy-invalid', `${name}: ${reason}`, {
      userInput: true,
      hint: 'It is to hold one number for each frame, as numpy.save writes them.',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number) => new TextDecoder('latin1').decode(bytes.subarray(from, to));
  if (bytes.length < 12 || text(0, 6) !== '\x93NUMPY') throw refuse('not a file of numpy');
  const isFirst = view.getUint8(6) === 1;
  const start = isFirst ? 10 : 12;
  const dataAt = start + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = text(start, dataAt);
  const kind = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? '';
  const count = Number(/'shape':\s*\((\d+),?\)/.exec(header)?.[1] ?? Number.NaN);
  const reader = READERS[kind];
  if (!reader) throw refuse(`expected numbers, got the type "${kind}"`);
  if (Number.isNaN(count)) throw refuse('expected one dimension');
  if (bytes.length !== dataAt + count * reader.bytes)
    throw refuse('it is cut short, or something follows it');
  return Float64Array.from({ length: count }, (_, i) => reader.read(view, dataAt + i * reader.bytes));
}
