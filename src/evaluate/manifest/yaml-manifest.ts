import type { Environment } from '../../config/environment.js';
import { ManifestFile } from '../../config/manifest-schema.js';
import { formatPath, type ValuePath } from '../../config/problem.js';
import { validate } from '../../config/validate.js';
import { YamlFile } from '../../config/yaml-file.js';
import type { ReadManifest } from './manifest.js';

/** Reads a manifest of this program's own, YAML or JSON. */
export function readYamlManifest(
  text: string,
  { file, env }: { file: string; env: Environment },
): ReadManifest {
  const yaml = new YamlFile(text, { file, env });
  if (yaml.value === undefined) return { manifest: null, problems: [...yaml.problems] };
  const { value, problems } = validate(ManifestFile, yaml);
  if (!value || yaml.problems.length > 0) {
    return { manifest: null, problems: [...yaml.problems, ...problems] };
  }
  const at = (path: ValuePath) => ({ ...yaml.placeOf(path), path: formatPath(path) });
  const videos = value.videos.map(({ video, camera, fps, motion_gate, start, labels }, i) => ({
    ...{ video, cameraId: camera ?? null, fps, motionGate: motion_gate, startTimeMs: start, happening: null },
    place: at(['videos', i, 'video']),
    labels: labels.map(({ rule, from, to, size, width_px }, j) => ({
      ...{ rule, from, to, unit: 'ms' as const, size: size ?? null, widthPx: width_px ?? null },
      place: at(['videos', i, 'labels', j]),
    })),
  }));
  return {
    manifest: {
      ...{ file, videos, byName: false, frameTruth: null },
      ruleIds: value.rules ?? null,
      timeZone: value.time_zone ?? null,
    },
    problems: [],
  };
}
