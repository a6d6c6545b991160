import { describe, expect, it } from 'vitest';
import { Cli } from '../fixtures/cli.js';

async function bench(...args: string[]): Promise<Record<string, unknown>[]> {
  await using cli = new Cli(['bench', '--json', ...args]);
  const { exitCode, stderr } = await cli.ended;
  expect(exitCode, stderr).toBe(0);
  return cli.lines() as Record<string, unknown>[];
}

// What is fast and what is not is no matter of a test: only that everything is measured, and nothing else is claimed.
describe('bench', () => {
  it('measures every stage, and says in its last line what the measurements come to', async () => {
    const lines = await bench('--seconds', '1');
    const stages = lines.slice(1, -1) as { stage: string; tilesPerS: number }[];
    expect(stages.map(({ stage }) => stage)).toEqual([
      ...['decode', 'decode + pyramid', 'embed', 'end to end', 'gate off', 'gate on'],
    ]);
    expect(stages.every(({ tilesPerS }) => tilesPerS > 0)).toBe(true);
    expect(lines.at(-1)).toEqual({
      embedOverBest: null,
      endToEndOverEmbed: expect.any(Number),
      endToEndOverCeiling: expect.any(Number),
      overHubDefault: null,
      overTransformersJs: null,
      gateCameraGain: expect.any(Number),
    });
  });

  it('plays a video as several cameras, and says how old frames are when they are scored', async () => {
    const lines = await bench('--cameras', '2', '--seconds', '6');
    const { fewestFrames, cameras } = lines.at(-1) as { fewestFrames: number; cameras: number };
    expect(cameras).toBe(2);
    expect(fewestFrames).toBeGreaterThan(0);
    expect(lines).toHaveLength(11);
  });
});
