import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { messageOf, WordwatchError } from '../shared/errors.js';

/** Pieces are cut at the first keyframe after so long: cameras send one every second or two, as a rule. */
export const SEGMENT_MS = 2_000;
/** Packets that wait for a slow disk, some ten seconds of video; beyond it all are dropped up to the next keyframe. */
const QUEUE_PACKETS = 300;
/** After the disk failed, the video is dropped for so long before the next attempt. */
const RECOVERY_S = 5;
const NAME = /^(\d+)\.ts$/;

/** Codecs that browsers play from MP4, and ffmpeg's filter that makes each cuttable anywhere. */
const FILTERS: Readonly<Record<string, string>> = { h264: 'h264_mp4toannexb', hevc: 'hevc_mp4toannexb' };

/**
 * Of an RTSP stream ffmpeg does not know when the first picture is due, and with B-frames it cannot guess; MPEG-TS takes
 * none without a time. It is the keyframe that the first seconds hang on.
 */
const FIRST_PTS = 'setts=pts=if(eq(PTS\\,NOPTS)\\,DTS\\,PTS)';

/** A second output of ffmpeg: the video as it came, in pieces of some seconds. */
export interface SegmentOutput {
  /** Where the pieces go, with ffmpeg's placeholders. */
  target: string;
  options: string[];
}

/** A piece of a camera's video. */
export interface Segment {
  path: string;
  /** Wall clock of its first frame, rounded down to a second; milliseconds since the epoch. */
  startMs: number;
  /** Wall clock of the last write; milliseconds since the epoch. */
  endMs: number;
}

/**
 * How ffmpeg leaves a camera's video in pieces, beside the pictures that it makes of it. It is the same process: many
 * cameras let in one or two viewers only, copying costs nothing, and all that guards the one guards the other. What
 * the disk does must not hold up the pictures, so the pieces are written by a thread behind a queue that drops when
 * it is full and goes on after any error (ffmpeg's `fifo`). MPEG-TS, because a piece that is cut off anywhere,
 * by a kill or a full disk, can still be read.
 * @param folder must exist
 * @param codec as ffprobe calls it
 * @returns null: clips of this codec would not play
 */
export function segmentOutput(folder: string, codec: string | null): SegmentOutput | null {
  const filter = FILTERS[codec ?? ''];
  if (filter === undefined) return null;
  return {
    target: join(folder.replaceAll('%', '%%'), '%s.ts'),
    options: [
      ...['-map', '0:v:0', '-c:v', 'copy', '-an', '-sn', '-dn'],
      // Said here: left to ffmpeg, the filter is at its end for good once the disk has failed.
      ...['-bsf:v', `${FIRST_PTS},${filter}`],
      ...['-f', 'fifo', '-fifo_format', 'segment', '-queue_size', String(QUEUE_PACKETS)],
      ...['-drop_pkts_on_overflow', '1', '-attempt_recovery', '1', '-recover_any_error', '1'],
      // A piece that begins with less can be too little to be read at all, and would spoil the clip.
      ...['-recovery_wait_time', String(RECOVERY_S), '-restart_with_keyframe', '1'],
      ...['-format_opts', `segment_time=${SEGMENT_MS / 1000}:segment_format=mpegts:strftime=1`],
    ],
  };
}

/** The pieces in a folder that hold anything, oldest first; the last one may still grow. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const found: Segment[] = [];
  for (const name of await readdir(folder)) {
    const seconds = NAME.exec(name)?.[1];
    if (seconds === undefined) continue;
    const path = join(folder, name);
    const { size, mtimeMs: endMs } = await stat(path);
    if (size > 0) found.push({ path, startMs: Number(seconds) * 1000, endMs });
  }
  return found.sort((a, b) => a.startMs - b.startMs);
}

/** Deletes all pieces in a folder that ended before a moment, empty ones too. */
export async function dropSegments(folder: string, { beforeMs }: { beforeMs: number }): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (NAME.test(name) && (await stat(path)).mtimeMs < beforeMs) await rm(path, { force: true });
  }
}

/**
 * Joins pieces into one MP4 without touching their pictures, its index in front, so that a browser shows it at once.
 * @param target path of the file; overwritten
 * @throws WordwatchError `clip-failed`
 */
export async function joinSegments(
  segments: readonly Segment[],
  { target, signal }: { target: string; signal: AbortSignal },
): Promise<void> {
  // `file:`, or they would be looked for in the pipe.
  const list = segments.map(({ path }) => `file 'file:${path.replaceAll("'", "'\\''")}'\n`).join('');
  const command = ffmpeg(Readable.from([list]), { logger: undefined as never })
    .inputOptions(['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file,pipe'])
    .outputOptions(['-map', '0:v:0', '-c', 'copy', '-movflags', '+faststart', '-loglevel', 'error'])
    .format('mp4')
    .output(target);
  const kill = () => command.kill('SIGKILL');
  try {
    await new Promise<void>((resolve, reject) => {
      command.on('end', () => resolve());
      command.on('error', reject);
      // Asked to stop while fluent-ffmpeg was still looking at what ffmpeg can do.
      command.on('start', () => setImmediate(() => signal.aborted && kill()));
      signal.addEventListener('abort', kill, { once: true });
      command.run();
    });
  } catch (cause) {
    const reason = signal.aborted ? 'it took too long' : messageOf(cause);
    throw new WordwatchError('clip-failed', reason, { cause, retryable: true });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
