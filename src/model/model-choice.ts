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
  /** The server that embeds the pictures; null: they are embedded here. Texts always are. */
  remote: RemoteChoice | null;
}

/** How tensors travel: as numbers in JSON, or as bytes behind it. `auto`: as bytes where the server says that it can. */
export const REMOTE_FORMATS = ['auto', 'json', 'binary'] as const;

/** A model at a server that speaks the Open Inference Protocol (KServe v2). */
export interface RemoteChoice {
  /** `…/v2/models/NAME` or `…/v2/models/NAME/versions/VERSION`, without a slash at the end. */
  url: string;
  /** Sent as bearer token; null: none. */
  token: string | null;
  /** Of one request. */
  timeoutMs: number;
  /** Requests under way at once, at most. */
  concurrency: number;
  /** Pictures in a request, at most. */
  batch: number;
  format: (typeof REMOTE_FORMATS)[number];
}
