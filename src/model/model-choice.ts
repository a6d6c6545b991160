/** Ends of the weights' file names, by preference where the user asks for none: fastest on a CPU first. */
export const DTYPE_SUFFIXES = {
  int8: '_int8',
  uint8: '_uint8',
  quantized: '_quantized',
  fp32: '',
  fp16: '_fp16',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};
/** Kinds of weights. */
export type Dtype = keyof typeof DTYPE_SUFFIXES;
export const DTYPES = Object.keys(DTYPE_SUFFIXES) as [Dtype, ...Dtype[]];

/** What networks run on: the runtime's execution providers, those that are made for one kind of machine each. */
export const DEVICES = ['cpu', 'cuda', 'tensorrt', 'rocm', 'directml', 'coreml', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];

/** The model that a user wants, and what it is to run on. */
export interface ModelChoice {
  /** `auto`: the pulled model that the catalogue prefers, else the shipped starter; a model of the catalogue; or a directory. */
  name: string;
  /** Where a relative directory starts. */
  baseFolder: string;
  /** Which weights; null: the fastest on a CPU that are there. */
  dtype: Dtype | null;
  device: Device;
}
