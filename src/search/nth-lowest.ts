/**
 * The value that would be at a place if they were sorted (Hoare's quickselect): of a hundred thousand, a few milliseconds sooner
 * than by sorting them. Pure, but it moves the values: lower ones before the place, higher ones behind it.
 * @param values none of them NaN
 * @param place 0: the lowest; less than there are
 */
export function nthLowest(values: Float32Array | Float64Array | Int32Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place]!;
}
