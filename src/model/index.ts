export {
  type ModelDirectory,
  openModelDirectory,
  openTextModelDirectory,
  type TextModelDirectory,
} from './directory.js';
export type { Embedder, ImageBatch, ModelDescription } from './embedder.js';
export { withHealth } from './health.js';
export { CATALOGUE } from './hub/catalogue.js';
export type { Hub } from './hub/hub-files.js';
export {
  installedModel,
  modelsFolderOf,
  preferredModel,
  pulledPath,
  removeModel,
  verifyModel,
} from './hub/models-folder.js';
export { pinsPath } from './hub/pins.js';
export { type PullProgress, pullModel } from './hub/pull.js';
export { readImageFile, readSentImage } from './image-file.js';
export {
  DEVICES,
  type Device,
  DTYPES,
  type Dtype,
  type ModelChoice,
  REMOTE_FORMATS,
  type RemoteChoice,
} from './model-choice.js';
export { createOnnxEmbedder, type OnnxEmbedderOptions } from './onnx-embedder.js';
export { openChosenDirectory, openChosenTextDirectory, openModel, optimiseChosen } from './open-model.js';
export type { OptimisedModel } from './optimise/optimise-model.js';
export type { ImagePreparation } from './preparation.js';
export { STARTER, selectModel } from './select-model.js';
export { unknownWords } from './unknown-words.js';
