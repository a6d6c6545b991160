import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DetectionEvent } from '../../src/detect/event.js';
import { Cli, wordwatch } from '../fixtures/cli.js';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const { videos } = JSON.parse(readFileSync(join(samples, 'ground-truth.json'), 'utf8')) as {
  videos: { file: string; camera: string; events: { rule: string; fromS: number; toS: number }[] }[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-scan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('scan', () => {
  // With the motion gate the rule tests of the samples say the same (`rule-tests.test.ts`).
  it('finds every event of the samples, and no other, looking at all of every frame', async () => {
    const files = videos.map(({ file }) => join(samples, file));
    const out = join(folder, 'out');
    const how = ['--no-motion-gate', '--rules', 'rules', '--json', '--out', out];
    await using cli = new Cli(['scan', ...files, ...how]);
    const { exitCode, stderr } = await cli.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/rendered sample scenes/); // says what the model is
    const events = cli.lines().map((line) => DetectionEvent.parse(line));
    const starts = events.filter(({ phase }) => phase === 'start');
    const found = starts.map(({ cameraId, ruleId }) => `${cameraId}: ${ruleId}`).sort();
    const expected = videos
      .flatMap(({ camera, events }) => events.map(({ rule }) => `${camera}: ${rule}`))
      .sort();
    expect(found).toEqual(expected);
    for (const { camera, events: truth } of videos) {
      for (const { rule, fromS } of truth) {
        const start = starts.find(({ cameraId, ruleId }) => cameraId === camera && ruleId === rule)!;
        expect(Math.abs(start.startedAtMs / 1000 - fromS)).toBeLessThanOrEqual(5);
        expect(existsSync(join(out, start.snapshot!))).toBe(true);
      }
    }
    const ends = events.filter(({ phase }) => phase === 'end').map(({ id }) => id);
    expect(ends.sort()).toEqual(starts.map(({ id }) => id).sort());
    expect(readFileSync(join(out, 'events.jsonl'), 'utf8')).toBe(cli.stdout);
  });

  it('needs no more memory for a long file than for a short one, and less than 400 MB', async () => {
    const long = join(folder, 'long.mp4');
    const sample = join(samples, videos[0]!.file);
    execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', '9', '-i', sample, '-c', 'copy', long]);
    const short = await peakMemoryMb(sample);
    const tenfold = await peakMemoryMb(long);
    expect(short).toBeLessThan(400);
    expect(tenfold).toBeLessThan(400);
    expect(tenfold / short).toBeLessThan(1.25);
  });

  it('goes on with other sources when one fails', async () => {
    writeFileSync(join(folder, 'broken.mp4'), 'no video');
    const fire = join(samples, videos[0]!.file);
    const { exitCode, stdout, stderr } = await wordwatch(
      'scan',
      join(folder, 'broken.mp4'),
      fire,
      '--rules',
      'rules',
      '--json',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/broken\.mp4: .*(not a video|no index)/);
    expect(stdout).toMatch(/"ruleId":"fire"/);
  });
});

/** Peak resident memory of a scan, as the kernel counted it. */
async function peakMemoryMb(file: string): Promise<number> {
  await using cli = new Cli(['scan', file, '--rules', 'rules', '--json']);
  let peakKb = 0;
  const look = () => {
    try {
      peakKb = Number(
        /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${cli.process.pid}/status`, 'utf8'))?.[1] ?? peakKb,
      );
    } catch {
      // ended
    }
  };
  const timer = setInterval(look, 50);
  await cli.ended;
  clearInterval(timer);
  return peakKb / 1024;
}
