import type { Problem } from '../../config/problem.js';
import { readCsv } from './csv-manifest.js';
import { BY_DEFAULT, type ManifestVideo, type ReadManifest } from './manifest.js';
import { isNormal } from './ucf-manifest.js';

/** Whether the columns are those of VadCLIP's lists. */
export function isVadClipList(columns: readonly string[]): boolean {
  return columns.includes('path') && columns.includes('label') && !columns.includes('video');
}

/**
 * Reads one of VadCLIP's lists (`list/*_CLIP_rgbtest.csv`: `path,label`), which names the features of ten crops of each video
 * and says nothing of when something happens: that is in its file of frames.
 * @param frameTruth more than ½ for each frame in which something happens, of all videos, one behind the other
 */
export function readVadClipManifest(
  text: string,
  { file, frameTruth }: { file: string; frameTruth: ArrayLike<number> | null },
): ReadManifest {
  const { rows, problems } = readCsv(text, file);
  const videos = new Map<string, ManifestVideo>();
  for (const { line, cells } of rows) {
    const video = nameOf(cells.path!);
    const place = { file, line, column: 1, path: 'path' };
    const happening = isNormal(cells.label!) ? null : cells.label!;
    if (!videos.has(video)) videos.set(video, { ...BY_DEFAULT, video, labels: [], happening, place });
  }
  const about = { file, line: 1, column: 1, path: '' };
  const wrong: Problem[] = [...problems];
  if (videos.size === 0 && wrong.length === 0)
    wrong.push({ ...about, message: 'expected at least one video, got none' });
  if (frameTruth === null) {
    const hint =
      'Name its file of frames with --truth, or give the file of temporal annotations instead of this list.';
    wrong.push({ ...about, message: 'a list of VadCLIP does not say when something happens', hint });
  }
  if (wrong.length > 0) return { manifest: null, problems: wrong };
  return {
    manifest: {
      ...{ file, videos: [...videos.values()], ruleIds: null, timeZone: null, byName: true },
      frameTruth: Uint8Array.from(frameTruth!, (value) => (value > 0.5 ? 1 : 0)),
    },
    problems: [],
  };
}

/** `/…/Abuse/Abuse028_x264__5.npy` → `Abuse028_x264`: behind `__` stands the crop. */
function nameOf(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/(__\d+)?\.npy$/, '');
}
