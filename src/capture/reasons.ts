import { redactUrl } from '../shared/redact-url.js';
import type { CaptureSource } from './source.js';

/** ffmpeg's words, and what people call it. First match counts. */
const REASONS: readonly [RegExp, code: string, reason: string][] = [
  [/\b401\b|unauthorized/i, 'source-unauthorised', 'user name or password refused (401)'],
  [/\b403\b|forbidden/i, 'source-forbidden', 'access refused (403)'],
  [/\b404\b/, 'source-not-found', 'no such stream there (404)'],
  [/connection refused/i, 'source-refused', 'connection refused: is the camera on, and the port right?'],
  [/no route to host|network is unreachable/i, 'source-unreachable', 'no way to the camera’s address'],
  [/name or service not known|failed to resolve/i, 'source-unknown-host', 'the camera’s name is not known'],
  [/timed out|timeout/i, 'source-timeout', 'the camera does not answer'],
  [
    /moov atom not found/i,
    'source-truncated',
    'it has no index: it was cut off, is still being written, or is no video at all',
  ],
  [
    /invalid data found|misdetection|could not find codec|invalid argument/i,
    'source-not-video',
    'not a video that ffmpeg can read',
  ],
  [/no such file|no such device/i, 'source-missing', 'no such file or device'],
  [/permission denied/i, 'source-unreadable', 'no permission to read it'],
  [/device or resource busy/i, 'source-busy', 'another program uses the device'],
];

/** Makes one sentence of what ffmpeg said; without secrets, without a trailing full stop. */
export function reasonOf(
  words: string,
  source: Pick<CaptureSource, 'location'>,
): { code: string; reason: string } {
  const plain = redactUrl(words.replaceAll(source.location, redactUrl(source.location)));
  for (const [pattern, code, reason] of REASONS) if (pattern.test(plain)) return { code, reason };
  const last = plain
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .at(-1);
  return {
    code: 'source-failed',
    reason: last?.replace(/^\[[^\]]*\]\s*/, '').slice(0, 300) ?? 'ffmpeg stopped without a word',
  };
}
