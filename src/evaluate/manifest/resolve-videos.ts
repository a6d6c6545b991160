import { formatPlace, type Problem, quoted, withSuggestion } from '../../config/problem.js';
import type { SizePx } from '../../shared/geometry.js';
import { type Label, sizeClassOf } from '../labels.js';
import { framesAsLabels } from './frame-truth.js';
import type { Manifest, ManifestLabel, ManifestVideo } from './manifest.js';
import { type RuleNames, rulesOf } from './rule-names.js';

/** A labelled video, ready to be watched. */
export interface ResolvedVideo extends Pick<ManifestVideo, 'fps' | 'motionGate' | 'startTimeMs'> {
  /** As typed. */
  name: string;
  cameraId: string;
  location: string;
  labels: Label[];
}

/** What is known of a video before it is watched. */
export interface VideoFacts {
  location: string;
  size: SizePx;
  durationMs: number | null;
  fps: number | null;
}

/** Labelled videos and the rules they say something of, or everything that is wrong with them. */
export interface ResolvedVideos {
  videos: ResolvedVideo[];
  /** Rules that are evaluated. */
  ruleIds: string[];
  problems: Problem[];
  /** What rules there are none of, where such labels are left out. */
  skipped: string[];
}

/** Labels are drawn by hand, and containers round: so far a label may reach over the end. */
const END_SLACK_MS = 1000;

/**
 * Brings what a manifest says together with the videos and the rules there are.
 * @param factsOf looks at a video; a text says what is wrong with it
 * @param cameraIdsOf camera ids for videos that have none of their own, by location
 */
export async function resolveVideos(
  manifest: Manifest,
  {
    factsOf,
    cameraIdsOf,
    ...names
  }: RuleNames & {
    factsOf: (video: string) => Promise<VideoFacts | string>;
    cameraIdsOf: (locations: readonly string[]) => string[];
  },
): Promise<ResolvedVideos> {
  const problems: Problem[] = [];
  const found: { video: ManifestVideo; facts: VideoFacts }[] = [];
  for (const video of manifest.videos) {
    const facts = await factsOf(video.video);
    if (typeof facts === 'string') problems.push({ ...video.place, message: facts });
    else found.push({ video, facts });
  }
  if (problems.length > 0) return { videos: [], ruleIds: [], problems, skipped: [] };
  const labels = manifest.frameTruth
    ? framesAsLabels(manifest, found)
    : { labels: found.map(({ video }) => video.labels), problems: [] };
  const rules = rulesOf(labels.labels.flat(), manifest.ruleIds, { ...names, file: manifest.file });
  problems.push(...labels.problems, ...rules.problems);
  const ownIds = cameraIdsOf(found.map(({ facts }) => facts.location));
  const videos = found.map(({ video, facts }, i) => {
    const kept = labels.labels[i]!.flatMap((label) => {
      const ruleId = rules.ruleOf.get(label.rule);
      return ruleId === undefined ? [] : { ...label, rule: ruleId };
    });
    const own = resolveLabels(kept, facts);
    problems.push(...own.problems);
    const { fps, motionGate, startTimeMs, video: name } = video;
    const cameraId = video.cameraId ?? ownIds[i]!;
    problems.push(...blindRules(kept, { cameraId, rules: names.rules }));
    return { name, cameraId, location: facts.location, fps, motionGate, startTimeMs, labels: own.labels };
  });
  return { videos, ruleIds: rules.ruleIds, problems, skipped: rules.skipped };
}

function resolveLabels(
  labels: readonly ManifestLabel[],
  { durationMs, fps, size: frame }: VideoFacts,
): { labels: Label[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const resolved = labels.flatMap((label): { label: Label; place: ManifestLabel['place'] }[] => {
    const { rule: ruleId, unit, size, widthPx, place } = label;
    if (unit === 'frames' && fps === null) {
      problems.push({
        ...place,
        message: 'the video does not tell its frames a second, so frame numbers say nothing',
      });
      return [];
    }
    const ms = (value: number) => (unit === 'ms' ? value : (value / fps!) * 1000);
    const [fromMs, toMs] = [ms(label.from), ms(label.to)];
    const endMs = durationMs ?? Number.POSITIVE_INFINITY;
    if (fromMs >= endMs || toMs > endMs + END_SLACK_MS) {
      const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;
      const message = `the label ends at ${seconds(toMs)}, but the video is over at ${seconds(endMs)}`;
      problems.push({ ...place, message });
      return [];
    }
    const sizeClass = size ?? (widthPx === null ? null : sizeClassOf(widthPx, frame.widthPx));
    return [{ label: { ruleId, fromMs, toMs: Math.min(toMs, endMs), size: sizeClass }, place }];
  });
  resolved.sort((a, b) => a.label.fromMs - b.label.fromMs);
  for (const [i, { label, place }] of resolved.entries()) {
    const before = resolved.slice(0, i).findLast((other) => other.label.ruleId === label.ruleId);
    if (!before || before.label.toMs <= label.fromMs) continue;
    const message = `overlaps the label of the same rule at ${formatPlace(before.place)}`;
    problems.push({ ...place, message, hint: 'Make one of the two: what lasts is one event.' });
  }
  return { labels: resolved.map(({ label }) => label), problems };
}

/** Labels of rules that do not look at the video's camera: they would always be missed. */
function blindRules(
  labels: readonly ManifestLabel[],
  { cameraId, rules }: { cameraId: string } & Pick<RuleNames, 'rules'>,
): Problem[] {
  return labels.flatMap(({ rule: id, place }) => {
    const cameras = rules.find((rule) => rule.id === id)?.cameras ?? null;
    if (cameras === null || cameras.includes(cameraId)) return [];
    const message = withSuggestion(
      `the rule ${quoted(id)} does not look at the camera ${quoted(cameraId)}`,
      cameraId,
      cameras,
    );
    return {
      ...place,
      message,
      hint: 'Give the video a "camera" of the rule, or take "cameras" from the rule.',
    };
  });
}
