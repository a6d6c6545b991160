import { spawnSync } from 'node:child_process';

/** Version of the ffmpeg that is installed; null: none can be started. Waits for it, some tens of milliseconds. */
export function ffmpegVersion(): string | null {
  const { stdout } = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  return /version (\S+)/.exec(stdout ?? '')?.[1] ?? null;
}
