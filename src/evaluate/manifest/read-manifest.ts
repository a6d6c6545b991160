import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Environment } from '../../config/environment.js';
import { displayPath } from '../../config/problem.js';
import { cannotRead, fileProblem, readText } from '../../config/read-text.js';
import { readCsv, readCsvManifest } from './csv-manifest.js';
import type { ReadManifest } from './manifest.js';
import { readNpy } from './npy.js';
import { readUcfManifest } from './ucf-manifest.js';
import { isVadClipList, readVadClipManifest } from './vadclip-manifest.js';
import { readYamlManifest } from './yaml-manifest.js';

/**
 * Reads labelled videos: YAML or JSON (`videos.schema.json`), CSV (`video,rule,from,to[,size][,camera]`), a text file with
 * UCF-Crime's temporal annotations, or a list of VadCLIP with its file of frames. What is wrong is in `problems`.
 * @param truthPath the file of frames, of numpy; null: none
 * @throws WordwatchError `npy-invalid` where that file is another one
 */
export async function readManifest(
  path: string,
  { truthPath, env }: { truthPath: string | null; env: Environment },
): Promise<ReadManifest> {
  const absolute = resolve(path);
  const { text, problem } = await readText(absolute, 'Name a manifest of labelled videos.');
  if (problem) return { manifest: null, problems: [problem] };
  const file = displayPath(absolute);
  const ending = extname(path).toLowerCase();
  if (ending === '.csv') {
    if (!isVadClipList(readCsv(text, file).columns)) return readCsvManifest(text, file);
    const truth = truthPath === null ? { values: null } : await readTruth(resolve(truthPath));
    if ('problem' in truth) return { manifest: null, problems: [truth.problem] };
    return readVadClipManifest(text, { file, frameTruth: truth.values });
  }
  if (ending === '.txt') return readUcfManifest(text, file);
  if (['.yaml', '.yml', '.json'].includes(ending)) return readYamlManifest(text, { file, env });
  const message = `expected a file whose name ends in .yaml, .json, .csv or .txt, got "${ending}"`;
  return { manifest: null, problems: [fileProblem(absolute, message)] };
}

async function readTruth(path: string) {
  const bytes = await readFile(path).catch((error: unknown) => ({
    problem: fileProblem(path, cannotRead(error)),
  }));
  return 'problem' in bytes ? bytes : { values: readNpy(bytes, displayPath(path)) };
}
