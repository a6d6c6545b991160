import { statSync } from 'node:fs';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { redactUrl } from '../shared/redact-url.js';
import type { CaptureSource, SourceKind } from './source.js';

/** What {@link createSource} needs; everything but the first two has a sensible default. */
export interface SourceOptions extends Partial<Omit<CaptureSource, 'cameraId' | 'location'>> {
  cameraId: string;
  location: string;
}

/** Fills in the defaults of a source. Opens nothing. */
export function createSource({ cameraId, location, ...options }: SourceOptions): CaptureSource {
  return {
    cameraId,
    location,
    fps: options.fps ?? 1,
    keyframesOnly: options.keyframesOnly ?? false,
    transport: options.transport ?? 'tcp',
    hardwareDecoder: options.hardwareDecoder ?? 'none',
    startOffsetMs: options.startOffsetMs ?? 0,
    realtime: options.realtime ?? false,
    loop: options.loop ?? false,
    startTimeMs: options.startTimeMs ?? null,
    stallTimeoutMs: options.stallTimeoutMs ?? 10_000,
    segmentsFolder: options.segmentsFolder ?? null,
  };
}

/**
 * What a location is.
 * @throws WordwatchError `source-unsupported` for addresses that cameras do not have, `source-missing` for paths that
 *   are not there, `source-empty`
 */
export function sourceKind(location: string): SourceKind {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === 'rtsp' || scheme === 'rtsps') return 'rtsp';
  if (scheme === 'http' || scheme === 'https') return 'http';
  if (/^\/dev\/video\d+$/.test(location)) return existing(location) && 'v4l2';
  // ffmpeg reads much more than cameras (concat:, subfile:, lavfi, …); none of it is a camera, some of it reads files.
  if (scheme !== undefined && scheme.length > 1) {
    throw new WordwatchError('source-unsupported', `"${scheme}:" is not a kind of source`, {
      userInput: true,
      hint: 'Sources are rtsp://, rtsps://, http:// and https:// addresses, files, folders of pictures and /dev/videoN.',
    });
  }
  const entry = existing(location);
  if (entry.isDirectory()) return 'images';
  if (entry.size === 0) {
    throw new WordwatchError('source-empty', `${location}: the file is empty`, { userInput: true });
  }
  return 'file';
}

function existing(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    throw new WordwatchError(
      missing ? 'source-missing' : 'source-unreadable',
      `${redactUrl(path)}: ${missing ? 'no such file or device' : messageOf(error)}`,
      { cause: error, userInput: true },
    );
  }
}
