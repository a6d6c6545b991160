import type { WorkerOptions } from 'node:worker_threads';

/**
 * What to start a worker thread with: the module beside the one that starts it, `.js` in the built program and `.ts`
 * in a checkout, where the thread first needs the TypeScript loader of its own.
 * @param name file name without its ending, for example `onnx-worker`
 * @param importMetaUrl `import.meta.url` of the caller
 */
export function workerEntry(
  name: string,
  importMetaUrl: string,
): { url: URL | string; options: WorkerOptions } {
  if (!importMetaUrl.endsWith('.ts')) return { url: new URL(`./${name}.js`, importMetaUrl), options: {} };
  const entry = JSON.stringify(new URL(`./${name}.ts`, importMetaUrl).href);
  // Said in full: code without a file looks for packages where the program was started.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${loader}).then(({ register }) => { register(); return import(${entry}); });`;
  return { url: code, options: { eval: true, execArgv: [] } };
}
