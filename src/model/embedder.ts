/** What a model says of itself. */
export interface ModelDescription {
  /** For people: the folder's or catalogue's name. */
  name: string;
  /** Length of the vectors. */
  dimension: number;
  /** Side S of the square pictures it takes. */
  inputSizePx: number;
  /** Tokens of text it can read, start and end tokens included. */
  contextLength: number;
  /** τ of the score (`rules/margin.ts`): cosines are multiplied by it. */
  logitScale: number;
  /** sha256 (hex) of its weights: thresholds and stored vectors are valid for this hash only. */
  modelHash: string;
  license: string | null;
  /** True for a model that only demonstrates the program; `notice` says what it does understand. */
  demonstration: boolean;
  notice: string | null;
  /** A threshold on the margin that its makers measured; null: nobody did. */
  defaultThreshold: number | null;
  /** Lower-case words seen in training, where the makers list them; null: unknown (large models have seen most words). */
  knownWords: readonly string[] | null;
}

/** Square RGB pictures, one after the other. */
export interface ImageBatch {
  /** count × S × S × 3 bytes, rows top down. Backed by a SharedArrayBuffer it reaches the workers without a copy. */
  pixels: Uint8Array;
  count: number;
}

/** The half of a model that takes pictures. */
export interface ImageHalf extends AsyncDisposable {
  /** @returns one unit-norm vector a picture, in order. */
  embedImages(batch: ImageBatch): Promise<Float32Array[]>;
}

/** The half of a model that takes texts. */
export interface TextHalf extends AsyncDisposable {
  /** @returns one unit-norm vector a text, in order. Longer texts than the context are cut. */
  embedTexts(texts: readonly string[]): Promise<Float32Array[]>;
}

/** Turns pictures and sentences into vectors of one space. */
export interface Embedder extends ImageHalf, TextHalf {
  describe(): ModelDescription;
}
