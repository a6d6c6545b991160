import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { messageOf } from '../shared/errors.js';
import type { SizePx } from '../shared/geometry.js';
import { sourceKind } from './create-source.js';
import type { SegmentOutput } from './segments.js';
import type { CaptureSource } from './source.js';

/** How long ffmpeg gets to end by itself before it is killed. */
const KILL_AFTER_MS = 2_000;
/** Of what ffmpeg says, so much is kept to explain a failure. */
const WORDS_KEPT = 40;

/** How an ffmpeg process ended. */
export interface FfmpegEnd {
  /** It was told to. */
  wanted: boolean;
  /** It read everything there was, as far as it knows. Said also when an RTSP server stalls. */
  ok: boolean;
  /** What it complained of, for `reasonOf`. */
  words: string;
}

/** A running ffmpeg whose stdout is raw video. */
export interface FfmpegProcess {
  stdout: Readable;
  /** Settles when the process is gone, never rejects. */
  ended: Promise<FfmpegEnd>;
  /** Ends it: SIGTERM, then SIGKILL. Settles when it is gone. */
  stop: () => Promise<void>;
}

/** What {@link startFfmpeg} runs. */
export interface FfmpegOptions {
  source: CaptureSource;
  skipped: SkippedFrames;
  /** Filters from `[0:v:0]` to `[sheet]`. */
  filter: string;
  /** Where the video itself goes, too; null: nowhere. */
  segments: SegmentOutput | null;
  /** Told the presentation time, in seconds, and the size of every frame before its bytes come. */
  onFrame: (seconds: number, size: SizePx) => void;
}

/**
 * Starts ffmpeg. It is no child that outlives its parent: without a reader its next frame ends it (SIGPIPE), and
 * where no frame comes, its own input timeout does, which is the source's stall timeout.
 */
export function startFfmpeg({ source, skipped, filter, segments, onFrame }: FfmpegOptions): FfmpegProcess {
  const words: string[] = [];
  let wanted = false;
  const command = ffmpeg(source.location, { logger: undefined as never })
    .inputOptions(inputOptions(source, { skipped }))
    .complexFilter(filter);
  if (segments) command.output(segments.target).outputOptions(segments.options);
  const stdout = new PassThrough();
  command
    .output(stdout)
    .outputOptions(['-map', '[sheet]', '-fps_mode', 'passthrough', '-an', '-sn', '-dn', '-pix_fmt', 'rgb24'])
    .outputOptions(['-hide_banner', '-nostats', '-loglevel', 'level+info'])
    .format('rawvideo');
  const ended = new Promise<FfmpegEnd>((resolve) => {
    command.on('end', () => resolve({ wanted, ok: true, words: words.join('\n') }));
    command.on('error', (error: Error) => {
      // A kill that was asked for surfaces as an error, too ("exited with code 255").
      resolve({
        wanted,
        ok: false,
        words: [...words, ...(words.length > 0 ? [] : [messageOf(error)])].join('\n'),
      });
    });
  });
  // Asked to stop while fluent-ffmpeg was still looking at what ffmpeg can do.
  command.on('start', () => setImmediate(() => wanted && command.kill('SIGTERM')));
  command.on('stderr', (line: string) => {
    const info = /showinfo.* pts_time:\s*(-?[\d.]+).* s:(\d+)x(\d+) /.exec(line);
    if (info) return onFrame(Number(info[1]), { widthPx: Number(info[2]), heightPx: Number(info[3]) });
    // What becomes of the segments says nothing about the source.
    if (!/\[(error|fatal|panic)\]/.test(line) || /^\[(fifo|segment) @|writing trailer/.test(line)) return;
    words.push(line.replace(/\[(error|fatal|panic)\]\s*/, ''));
    if (words.length > WORDS_KEPT) words.shift();
  });
  command.run();
  return {
    stdout,
    ended,
    stop: async () => {
      wanted = true;
      stdout.destroy(); // a process that waits for its reader would not end
      await terminate(command, ended);
    },
  };
}

async function terminate(command: FfmpegCommand, ended: Promise<FfmpegEnd>): Promise<void> {
  command.kill('SIGTERM');
  await ended;
  // fluent-ffmpeg calls it an end as soon as nobody reads any more; the process itself is held but not typed.
  const { ffmpegProc: child } = command as unknown as { ffmpegProc?: ChildProcess };
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await once(child, 'exit');
  clearTimeout(timer);
}

/** Frames that the decoder leaves out: all but keyframes, or those that no other frame is made of; null: none. */
export type SkippedFrames = 'nokey' | 'noref' | null;

/** ffmpeg's options before `-i`. */
export function inputOptions(source: CaptureSource, { skipped }: { skipped: SkippedFrames }): string[] {
  return [...decoderOptions(source, skipped), ...playOptions(source), ...accessOptions(source)];
}

function decoderOptions({ hardwareDecoder }: CaptureSource, skipped: SkippedFrames): string[] {
  return [
    ...(skipped === null ? [] : ['-skip_frame', skipped]),
    ...(hardwareDecoder === 'none' ? [] : ['-hwaccel', hardwareDecoder]),
  ];
}

function playOptions({ location, realtime, loop, startOffsetMs }: CaptureSource): string[] {
  if (sourceKind(location) !== 'file') return [];
  return [
    ...(realtime ? ['-re'] : []),
    ...(loop ? ['-stream_loop', '-1'] : []),
    ...(startOffsetMs > 0 ? ['-ss', String(startOffsetMs / 1000)] : []),
  ];
}

/** How a source is reached: all that ffprobe needs, too. */
export function accessOptions({ location, transport, stallTimeoutMs }: CaptureSource): string[] {
  const timeoutUs = String(stallTimeoutMs * 1000);
  switch (sourceKind(location)) {
    case 'rtsp':
      // Half a second of looking is enough for a camera, and saves two at every start.
      return [
        '-rtsp_transport',
        transport,
        '-timeout',
        timeoutUs,
        '-analyzeduration',
        '500000',
        '-probesize',
        '500000',
        '-protocol_whitelist',
        'rtsp,rtsps,rtp,udp,tcp,tls,crypto',
      ];
    case 'http':
      return ['-rw_timeout', timeoutUs, '-protocol_whitelist', 'http,https,tcp,tls,crypto'];
    case 'v4l2':
      return ['-f', 'v4l2'];
    default:
      return ['-protocol_whitelist', 'file,pipe'];
  }
}
