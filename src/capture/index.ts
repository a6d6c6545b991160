export { createSource, type SourceOptions, sourceKind } from './create-source.js';
export { type DecodeRate, decodeOnly } from './decode-only.js';
export { type FramesOptions, frames } from './frames.js';
export { type Probe, probe } from './probe.js';
