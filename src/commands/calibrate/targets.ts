import { createSource, probe } from '../../capture/index.js';
import type { CaptureSource } from '../../capture/source.js';
import type { CameraConfig } from '../../config/index.js';
import { WordwatchError } from '../../shared/errors.js';
import { cameraIdsOf } from '../scan.js';

/** Between two recordings nothing confirms anything. */
const BETWEEN_FILES_MS = 60_000;

/** What {@link targetsOf} goes by. */
export interface TargetOptions {
  /** Ids; none: each recording is a camera of its own, and without recordings all that are configured. */
  cameras: readonly string[];
  /** Recordings; none: the cameras themselves are watched. */
  from: readonly string[];
  /** Configured cameras. */
  configured: readonly CameraConfig[];
  /** Frames a second of cameras that are not configured. */
  fps: number;
}

/** A camera and the footage it is calibrated with. */
export interface Target {
  cameraId: string;
  sources: CaptureSource[];
  motionGate: boolean;
}

/**
 * Which cameras are calibrated, and with what.
 * @throws WordwatchError `unknown-camera`, `too-many-cameras`, `source-…`
 */
export async function targetsOf(options: TargetOptions): Promise<Target[]> {
  const { cameras, from } = options;
  if (from.length === 0) {
    const chosen = cameras.length > 0 ? cameras : options.configured.map(({ id }) => id);
    return chosen.map((cameraId) => {
      const { source: location, motionGate, ...camera } = configuredCamera(cameraId, options);
      return {
        cameraId,
        motionGate,
        sources: [createSource({ ...camera, cameraId, location, realtime: true })],
      };
    });
  }
  if (cameras.length > 1) {
    throw new WordwatchError('too-many-cameras', '--from is the footage of one camera: name one, or none', {
      userInput: true,
      hint: 'Without a name each recording is a camera of its own, named like its file.',
    });
  }
  const files = cameraIdsOf(from).map((name, i) => ({ cameraId: cameras[0] ?? name, location: from[i]! }));
  const ids = [...new Set(files.map(({ cameraId }) => cameraId))];
  return Promise.all(
    ids.map((cameraId) =>
      recordings(
        cameraId,
        files.filter((file) => file.cameraId === cameraId),
        options,
      ),
    ),
  );
}

/** Recordings of one camera, one after the other in time. */
async function recordings(
  cameraId: string,
  files: readonly { location: string }[],
  { configured, fps }: TargetOptions,
): Promise<Target> {
  const camera = configured.find(({ id }) => id === cameraId);
  const sources: CaptureSource[] = [];
  let startTimeMs = 0;
  for (const { location } of files) {
    const about = { fps: camera?.fps ?? fps, keyframesOnly: camera?.keyframesOnly ?? false };
    const source = createSource({ cameraId, location, startTimeMs, ...about });
    sources.push(source);
    startTimeMs += ((await probe(source)).durationMs ?? 0) + BETWEEN_FILES_MS;
  }
  return { cameraId, sources, motionGate: camera?.motionGate ?? true };
}

function configuredCamera(cameraId: string, { configured }: TargetOptions): CameraConfig {
  const camera = configured.find(({ id }) => id === cameraId);
  if (camera) return camera;
  throw new WordwatchError('unknown-camera', `no camera "${cameraId}" is configured`, {
    userInput: true,
    hint: `There ${configured.length > 0 ? `are ${configured.map(({ id }) => id).join(', ')}` : 'is no configuration'}. To calibrate from recordings, add --from.`,
  });
}
