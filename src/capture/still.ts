import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import ffmpeg from 'fluent-ffmpeg';
import { accessOptions } from './ffmpeg.js';
import type { CaptureSource } from './source.js';

/**
 * One frame of a video file.
 * @param atMs from its start
 * @returns a JPEG; null: there is none at that time, or the file cannot be read
 */
export async function stillFrame(source: CaptureSource, atMs: number): Promise<Buffer | null> {
  const stdout = new PassThrough();
  const command = ffmpeg(source.location, { logger: undefined as never })
    .inputOptions([...accessOptions(source), '-ss', String(atMs / 1000)])
    .outputOptions(['-frames:v', '1', '-an', '-sn', '-dn', '-c:v', 'mjpeg', '-q:v', '4'])
    .format('image2pipe')
    .output(stdout);
  const ended = new Promise<void>((resolve) => {
    command.on('end', () => resolve());
    command.on('error', () => {
      stdout.end();
      resolve();
    });
  });
  command.run();
  const [jpeg] = await Promise.all([buffer(stdout), ended]);
  return jpeg.length > 0 ? jpeg : null;
}
