import { readdir, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { createSource, probe } from '../../capture/index.js';
import { formatProblem, type RuleConfig } from '../../config/index.js';
import { differences, type Evaluation, evaluate, type LabelledFootage } from '../../evaluate/evaluate.js';
import type { Manifest } from '../../evaluate/manifest/manifest.js';
import {
  type ResolvedVideos,
  resolveVideos,
  type VideoFacts,
} from '../../evaluate/manifest/resolve-videos.js';
import type { Embedder } from '../../model/embedder.js';
import { evaluationReport } from '../../report/evaluation-report.js';
import { messageOf } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact-url.js';
import type { Logger } from '../../telemetry/logger.js';
import { openFootageWatcher } from '../footage-watcher.js';
import type { Output } from '../output.js';
import { cameraIdsOf } from '../scan.js';
import { printEvaluation } from './print.js';

/** What {@link resolveManifest} needs. */
export interface ResolveOptions {
  manifest: Manifest;
  /** Where videos are, and where their paths start. */
  videosFolder: string;
  rules: readonly RuleConfig[];
  /** What names in the labels stand for. */
  renamed: ReadonlyMap<string, string>;
  skipUnknown: boolean;
  /** Frames looked at a second, in all videos; null: as the manifest says. */
  fps: number | null;
  output: Output;
}

/**
 * Looks at all videos of a manifest, and says what is wrong with it.
 * @returns null when something is: the exit code is 2
 */
export async function resolveManifest(options: ResolveOptions): Promise<ResolvedVideos | null> {
  const { manifest, videosFolder, output, fps } = options;
  const byName = manifest.byName ? await videosBelow(videosFolder) : null;
  const factsOf = async (video: string): Promise<VideoFacts | string> => {
    const location = byName ? byName.get(stemOf(video)) : resolve(videosFolder, video);
    if (location === undefined) return `no video "${stemOf(video)}" in ${videosFolder} or below it`;
    try {
      const { size, durationMs, fps } = await probe(createSource({ cameraId: 'video', location }));
      return { location, size, durationMs, fps };
    } catch (error) {
      return redactUrl(messageOf(error));
    }
  };
  const resolved = await resolveVideos(manifest, { ...options, factsOf, cameraIdsOf });
  for (const problem of resolved.problems) output.stderr(`${formatProblem(problem)}\n`);
  if (resolved.problems.length > 0) return null;
  if (resolved.skipped.length > 0) {
    output.stderr(`note: no rules for ${resolved.skipped.join(', ')}: their labels are left out\n`);
  }
  return fps === null
    ? resolved
    : { ...resolved, videos: resolved.videos.map((video) => ({ ...video, fps })) };
}

const VIDEO = /\.(mp4|avi|mkv|mov|webm|m4v|mpe?g|ts)$/i;

/** Video files in a folder and all below it, by their names without ending. */
async function videosBelow(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const videos = names.filter((name) => VIDEO.test(name)).sort();
  // Some data sets hold a video twice; the first will do.
  return new Map(videos.reverse().map((name) => [stemOf(name), join(folder, name)]));
}

function stemOf(name: string): string {
  const base = basename(name);
  return VIDEO.test(base) ? basename(base, extname(base)) : base;
}

/** Rules, and the model that is to read them. */
export interface Contender {
  rules: readonly RuleConfig[];
  /** As typed, for people. */
  name: string;
}

/** What {@link runEvaluation} is asked to do. */
export interface EvaluationOptions {
  resolved: ResolvedVideos;
  contender: Contender;
  /** What it is compared with; null: nothing. */
  against: Contender | null;
  embedder: Embedder;
  toleranceMs: number;
  timeZone: string;
  /** Data folder whose calibrations are used; null: none. */
  storePath: string | null;
  /** HTML file to write; null: none. */
  report: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Watches labelled videos and measures the rules on them.
 * @returns the exit code: 1 when a video could not be watched; figures are of the others then
 */
export async function runEvaluation(options: EvaluationOptions): Promise<number> {
  const { resolved, contender, against, report, output, signal } = options;
  const watched = await watchAll(contender, options);
  const other = against && !signal.aborted ? await watchAll(against, options) : null;
  if (signal.aborted) {
    output.stderr('stopped: nothing is measured of a part of the videos\n');
    return 1;
  }
  const isThere = watched.map((video, i) => video !== null && (other === null || other[i] !== null));
  const kept = (videos: readonly (LabelledFootage | null)[]) =>
    videos.filter((video, i): video is LabelledFootage => video !== null && isThere[i]!);
  const measure = ({ rules }: Contender, videos: readonly LabelledFootage[]): Evaluation =>
    evaluate(videos, {
      rules: rules.filter(({ id }) => resolved.ruleIds.includes(id)),
      toleranceMs: options.toleranceMs,
    });
  const missing = isThere.filter((there) => !there).length;
  if (missing === isThere.length) return 1;
  const evaluation = measure(contender, kept(watched));
  const rival = against && other ? measure(against, kept(other)) : null;
  const compared = rival && { evaluation: rival, differences: differences(evaluation, rival) };
  printEvaluation(evaluation, compared, output);
  if (report !== null) {
    const facts = factsOf(options, missing);
    await writeFile(report, evaluationReport({ evaluation, against: compared, facts }));
    output.stderr(`report: ${report}\n`);
  }
  return missing > 0 ? 1 : 0;
}

function factsOf(
  { contender, against, embedder, toleranceMs }: EvaluationOptions,
  missing: number,
): string[] {
  const { name, modelHash } = embedder.describe();
  return [
    `Rules: ${contender.name}${against ? `, compared with ${against.name}` : ''}`,
    `Model: ${name} (${modelHash.slice(0, 12)})`,
    `An alarm may begin ${toleranceMs / 1000} s outside of the event that it finds`,
    ...(missing > 0 ? [`${missing} videos could not be watched and are left out`] : []),
  ];
}

/** @returns null for a video that could not be watched */
async function watchAll(
  { rules }: Contender,
  options: EvaluationOptions,
): Promise<(LabelledFootage | null)[]> {
  const { resolved, output, signal, timeZone } = options;
  using watcher = await openFootageWatcher({
    ...options,
    rules: rules.filter(({ id }) => resolved.ruleIds.includes(id)),
  });
  const watched: (LabelledFootage | null)[] = [];
  for (const { name, labels, ...video } of resolved.videos) {
    if (signal.aborted) break;
    try {
      const footage = await watcher.watch({ ...video, timeZone });
      watched.push({ name, footage, labels, timeZone: video.startTimeMs === null ? null : timeZone });
    } catch (error) {
      output.stderr(`${name}: ${redactUrl(messageOf(error))}\n`);
      watched.push(null);
    }
  }
  return watched;
}
