import type { InferenceSession } from 'onnxruntime-node';

/**
 * What every session is opened with. x86 processors without VNNI add two products of unsigned and signed bytes in 16
 * bits, where they overflow, and vectors come out wrong without a word (the starter's at a cosine of 0.97). The runtime
 * can make the signed weights unsigned there, which costs some speed and no exactness; elsewhere this changes nothing.
 */
export const SESSION_OPTIONS = {
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  extra: { session: { x64quantprecision: '1' } },
} satisfies InferenceSession.SessionOptions;
