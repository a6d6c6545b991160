import { type Problem, quoted } from '../../config/problem.js';
import { BY_DEFAULT, type ManifestLabel, type ManifestVideo, type ReadManifest } from './manifest.js';

/** What UCF-Crime calls a video in which nothing happens. */
const NOTHING = /^(normal|testing_normal|training_normal)/i;

/**
 * Reads temporal annotations as UCF-Crime has them, and VadCLIP's copy of them: on each line a video, its class, and pairs of
 * the first and last frame of what happens, -1 where there is none.
 */
export function readUcfManifest(text: string, file: string): ReadManifest {
  const problems: Problem[] = [];
  const videos: ManifestVideo[] = [];
  for (const [index, row] of text.split(/\r?\n/).entries()) {
    const words = row.trim().split(/\s+/);
    if (words[0] === '') continue;
    const place = { file, line: index + 1, column: 1, path: '' };
    const [video = '', kind = '', ...frames] = words;
    const numbers = frames.map(Number);
    if (numbers.length < 2 || numbers.length % 2 === 1 || !numbers.every(Number.isInteger)) {
      const message = `expected a video, its class and pairs of frame numbers, got ${quoted(row.trim())}`;
      problems.push({ ...place, message });
      continue;
    }
    const labels: ManifestLabel[] = [];
    for (let i = 0; i < numbers.length; i += 2) {
      const [from, last] = [numbers[i]!, numbers[i + 1]!];
      if (from === -1 && last === -1) continue;
      if (from < 0 || last <= from) {
        problems.push({ ...place, message: `expected a last frame after the first (${from}), got ${last}` });
        continue;
      }
      labels.push({ rule: kind, from, to: last, unit: 'frames', size: null, widthPx: null, place });
    }
    if (NOTHING.test(kind) && labels.length > 0) {
      problems.push({
        ...place,
        message: `a video of the class ${quoted(kind)} shows nothing, but has frames`,
      });
    }
    videos.push({ ...BY_DEFAULT, video, labels, place });
  }
  if (videos.length === 0 && problems.length === 0) {
    problems.push({ file, line: 1, column: 1, path: '', message: 'expected at least one video, got none' });
  }
  if (problems.length > 0) return { manifest: null, problems };
  return {
    manifest: { file, videos, ruleIds: null, timeZone: null, byName: true, frameTruth: null },
    problems,
  };
}

/** Whether a class says that nothing happens. */
export function isNormal(kind: string): boolean {
  return NOTHING.test(kind);
}
