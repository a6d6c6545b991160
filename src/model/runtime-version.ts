import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };

/** Of the runtime that networks run on. Loading it only to ask would take memory in a process that does not use it. */
export const ONNXRUNTIME_VERSION = version;
