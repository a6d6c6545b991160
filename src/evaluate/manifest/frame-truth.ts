import type { Problem } from '../../config/problem.js';
import type { Manifest, ManifestLabel, ManifestVideo } from './manifest.js';

/** VadCLIP looks at so many frames at once, and has the truth for whole numbers of these. */
const CLIP_FRAMES = 16;

/** Turns a truth that has one value a frame, all videos one behind the other, into labels of each video. */
export function framesAsLabels(
  { frameTruth, file }: Manifest,
  videos: readonly { video: ManifestVideo; facts: { durationMs: number | null; fps: number | null } }[],
): { labels: ManifestLabel[][]; problems: Problem[] } {
  const truth = frameTruth!;
  const frames = videos.map(({ facts }) => Math.round(((facts.durationMs ?? 0) / 1000) * (facts.fps ?? 0)));
  // A last clip that is not full is left out by some who make such files, and filled up by others.
  const lengths = [Math.floor, Math.ceil]
    .map((round) => frames.map((count) => CLIP_FRAMES * round(count / CLIP_FRAMES)))
    .find((lengths) => sum(lengths) === truth.length);
  if (!lengths) {
    const message = `the file of frames has ${truth.length} values, but these videos have ${sum(frames)} frames`;
    const hint =
      'List the videos that it was made of, in the same order; or use the file of temporal annotations.';
    return {
      labels: videos.map(() => []),
      problems: [{ file, line: 1, column: 1, path: '', message, hint }],
    };
  }
  let start = 0;
  const labels = videos.map(({ video }, i) => {
    const own = truth.subarray(start, start + lengths[i]!);
    start += lengths[i]!;
    return runsOf(own).map(([from, to]): ManifestLabel => {
      const { place } = video;
      return {
        rule: video.happening ?? 'normal',
        from,
        to,
        unit: 'frames',
        size: null,
        widthPx: null,
        place,
      };
    });
  });
  return { labels, problems: [] };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Where 1 stands: from the first on, up to the last but not including the end. */
function runsOf(truth: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  let from = truth.indexOf(1);
  while (from !== -1) {
    const end = truth.indexOf(0, from);
    const to = end === -1 ? truth.length : end;
    runs.push([from, to]);
    from = truth.indexOf(1, to);
  }
  return runs;
}
