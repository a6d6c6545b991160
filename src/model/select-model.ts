import { fileURLToPath } from 'node:url';

/** Shipped with the program; the same distance from src/ and from dist/. */
const STARTER = fileURLToPath(new URL('../../models/starter', import.meta.url));

/**
 * The directory of the model that a configuration names.
 * @param model a directory, or `auto`: the shipped starter, until real models can be pulled
 */
export function selectModel(model: string): string {
  return model === 'auto' ? STARTER : model;
}
