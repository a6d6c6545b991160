import ffmpeg, { type FfprobeData } from 'fluent-ffmpeg';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import { redactUrl } from '../shared/redact-url.js';
import { sourceKind } from './create-source.js';
import { accessOptions, type SkippedFrames } from './ffmpeg.js';
import { firstPicture } from './images.js';
import { reasonOf } from './reasons.js';
import type { CaptureSource } from './source.js';

/** What is known of a source before it is read. */
export interface Probe {
  /** As it is shown: after rotation, with square pixels. */
  size: SizePx;
  /** null: live, or not told. */
  durationMs: number | null;
  /** When the recording began, milliseconds since the epoch; null: not told. */
  createdMs: number | null;
  fps: number | null;
  /** As ffmpeg calls it; null: pictures. */
  codec: string | null;
  /** Where the source does not name its colours: those that its size suggests; else null. */
  colourMatrix: 'bt709' | 'smpte170m' | null;
  /** What its decoder need not look at. */
  skipped: SkippedFrames;
}

/** So many source frames for each that is sampled make it of no account which of three neighbours is taken. */
const MANY_FRAMES = 8;

/**
 * Looks at a source without decoding it.
 * @throws WordwatchError `source-…`, saying what is wrong with it
 */
export async function probe(source: CaptureSource): Promise<Probe> {
  if (sourceKind(source.location) === 'images') {
    const { size, count } = await firstPicture(source.location);
    return {
      size,
      durationMs: (count / source.fps) * 1000,
      createdMs: null,
      fps: source.fps,
      codec: null,
      colourMatrix: null,
      skipped: null,
    };
  }
  const data = await ffprobe(source);
  const video = data.streams.find(({ codec_type }) => codec_type === 'video');
  if (!video?.width || !video.height) {
    const what = data.streams.length > 0 ? 'no video in it, only sound' : 'no video in it';
    throw new WordwatchError('source-no-video', `${redactUrl(source.location)}: ${what}`, {
      userInput: true,
    });
  }
  const [num = 1, den = 1] = (video.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const square = {
    widthPx: Math.round(video.width * (num > 0 && den > 0 ? num / den : 1)),
    heightPx: video.height,
  };
  const turned = Math.abs(Number(rotationOf(video))) % 180 === 90;
  const [rateNum = 0, rateDen = 1] = (video.avg_frame_rate ?? '').split('/').map(Number);
  const fps = rateNum > 0 && rateDen > 0 ? rateNum / rateDen : null;
  const seconds = Number(data.format.duration);
  return {
    size: turned ? { widthPx: square.heightPx, heightPx: square.widthPx } : square,
    durationMs: seconds > 0 ? seconds * 1000 : null,
    createdMs: createdMsOf(data.format.tags),
    fps,
    codec: video.codec_name ?? null,
    colourMatrix: hasMatrix(video.color_space)
      ? null
      : video.height >= 720 || video.width >= 1280
        ? 'bt709'
        : 'smpte170m',
    skipped: skippedFrames(source, { fps, reordered: Number(video.has_b_frames) > 0 }),
  };
}

/**
 * In a file with B-frames, every second frame or more is one that no other is made of: leaving those out costs nothing
 * but an exact choice among neighbours, and halves the work. Cameras send none as a rule, and where all their frames
 * were of that kind, too few would be left.
 */
function skippedFrames(
  { location, fps: wanted, keyframesOnly }: CaptureSource,
  { fps, reordered }: { fps: number | null; reordered: boolean },
): SkippedFrames {
  if (keyframesOnly) return 'nokey';
  const isFile = sourceKind(location) === 'file';
  return isFile && reordered && fps !== null && fps >= MANY_FRAMES * wanted ? 'noref' : null;
}

/** Many cameras write a time of zero, in 1904 or 1970, when they do not know it. */
const FIRST_CREATED_MS = Date.UTC(1990);

function createdMsOf(tags: FfprobeData['format']['tags']): number | null {
  const createdMs = Date.parse(String(tags?.creation_time ?? ''));
  return createdMs >= FIRST_CREATED_MS ? createdMs : null;
}

function hasMatrix(colourSpace: unknown): boolean {
  return typeof colourSpace === 'string' && colourSpace !== 'unknown' && colourSpace !== 'reserved';
}

function rotationOf(video: FfprobeData['streams'][number]): unknown {
  const sideData: unknown = video.side_data_list;
  const matrix = Array.isArray(sideData) ? sideData.find((entry) => 'rotation' in entry) : undefined;
  return matrix?.rotation ?? video.rotation ?? 0;
}

function ffprobe(source: CaptureSource): Promise<FfprobeData> {
  return new Promise((resolve, reject) => {
    ffmpeg.ffprobe(source.location, ['-v', 'error', ...accessOptions(source)], (error: unknown, data) => {
      if (!error) return resolve(data);
      const { code, reason } = reasonOf(messageOf(error), source);
      const userInput = sourceKind(source.location) === 'file';
      reject(
        new WordwatchError(code, `${redactUrl(source.location)}: ${reason}`, {
          userInput,
          retryable: !userInput,
        }),
      );
    });
  });
}
