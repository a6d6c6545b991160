import { matching } from './fields.js';

const UNITS_BYTES = { MB: 1e6, GB: 1e9, TB: 1e12 };
const SIZE = /^(\d+(?:\.\d+)?)(MB|GB|TB)$/;

/** A number with a unit (`MB`, `GB`, `TB`) in the file, bytes in the program. */
export function size() {
  return matching(SIZE, 'a size such as "500MB" or "2GB"').transform((text) => {
    const [, count, unit] = SIZE.exec(text) ?? [];
    return Math.round(Number(count) * UNITS_BYTES[unit as keyof typeof UNITS_BYTES]);
  });
}
