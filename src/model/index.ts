export { type Dtype, type ModelDirectory, openModelDirectory } from './directory.js';
export type { Embedder, ImageBatch, ModelDescription } from './embedder.js';
export { readImageFile } from './image-file.js';
export { createOnnxEmbedder, type OnnxEmbedderOptions } from './onnx-embedder.js';
export { selectModel } from './select-model.js';
export { unknownWords } from './unknown-words.js';
