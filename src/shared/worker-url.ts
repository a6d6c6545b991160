import type { WorkerOptions } from 'node:worker_threads';

/**
 * Where a worker thread's entry lies, beside the module that starts it: `.js` in the built program, `.ts` in a
 * checkout, where the worker needs the TypeScript loader of its own.
 * @param name file name without its ending, for example `onnx-worker`
 * @param importMetaUrl `import.meta.url` of the caller
 */
export function workerEntry(name: string, importMetaUrl: string): { url: URL; options: WorkerOptions } {
  if (importMetaUrl.endsWith('.ts')) {
    return { url: new URL(`./${name}.ts`, importMetaUrl), options: { execArgv: ['--import', 'tsx'] } };
  }
  return { url: new URL(`./${name}.js`, importMetaUrl), options: {} };
}
