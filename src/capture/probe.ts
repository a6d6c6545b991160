import ffmpeg, { type FfprobeData } from 'fluent-ffmpeg';
import { messageOf, WordwatchError } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import { redactUrl } from '../shared/redact-url.js';
import { sourceKind } from './create-source.js';
import { inputOptions } from './ffmpeg.js';
import { firstPicture } from './images.js';
import { reasonOf } from './reasons.js';
import type { CaptureSource } from './source.js';

/** What is known of a source before it is read. */
export interface Probe {
  /** As it is shown: after rotation, with square pixels. */
  size: SizePx;
  /** null: live, or not told. */
  durationMs: number | null;
  fps: number | null;
  /** Where the source does not name its colours: those that its size suggests; else null. */
  colourMatrix: 'bt709' | 'smpte170m' | null;
}

/**
 * Looks at a source without decoding it.
 * @throws WordwatchError `source-…`, saying what is wrong with it
 */
export async function probe(source: CaptureSource): Promise<Probe> {
  if (sourceKind(source.location) === 'images') {
    const { size, count } = await firstPicture(source.location);
    return { size, durationMs: (count / source.fps) * 1000, fps: source.fps, colourMatrix: null };
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
  const seconds = Number(data.format.duration);
  return {
    size: turned ? { widthPx: square.heightPx, heightPx: square.widthPx } : square,
    durationMs: seconds > 0 ? seconds * 1000 : null,
    fps: rateNum > 0 && rateDen > 0 ? rateNum / rateDen : null,
    colourMatrix: hasMatrix(video.color_space)
      ? null
      : video.height >= 720 || video.width >= 1280
        ? 'bt709'
        : 'smpte170m',
  };
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
    const options = inputOptions(source).filter((_, i, all) => !isReadingOption(all, i));
    ffmpeg.ffprobe(source.location, ['-v', 'error', ...options], (error: unknown, data) => {
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

/** Options that say how fast or from where to read mean nothing to ffprobe. */
function isReadingOption(options: readonly string[], i: number): boolean {
  const reading = ['-re', '-stream_loop', '-ss', '-skip_frame', '-hwaccel'];
  return reading.includes(options[i]!) || (i > 0 && reading.slice(1).includes(options[i - 1]!));
}
