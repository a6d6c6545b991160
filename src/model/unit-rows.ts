import { WordwatchError } from '../shared/errors.js';

/**
 * Scales each row to length 1.
 * @param data rows × dimension values
 * @param network what gave them, for errors
 * @throws WordwatchError `model-invalid-output` when a row is no direction (NaN, infinite, zero): such a vector would be
 *   the best or the worst match of its frame by chance
 */
export function unitRows(data: Float32Array, rows: number, network: string): Float32Array {
  const dimension = data.length / rows;
  const out = new Float32Array(data.length);
  for (let from = 0; from < data.length; from += dimension) {
    let sum = 0;
    for (let i = from; i < from + dimension; i++) sum += data[i]! * data[i]!;
    if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
      throw new WordwatchError(
        'model-invalid-output',
        `${network} gave a vector of length ${Math.sqrt(sum)}`,
      );
    }
    const scale = 1 / Math.sqrt(sum);
    for (let i = from; i < from + dimension; i++) out[i] = data[i]! * scale;
  }
  return out;
}
