import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DetectionEvent } from '../../src/detect/event.js';
import { Cli } from '../fixtures/cli.js';

const QUIET = fileURLToPath(new URL('../../samples/quiet/gate-dog.mp4', import.meta.url));
const MOVED_AT_S = 240;
const LASTING_S = 600;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-scene-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The footage as it is, then as a camera sees it that was turned to the lower right. */
function moved(): string {
  const path = join(folder, 'moved.mp4');
  const filter = [
    'scale=640:360,split[a][b]',
    `[a]trim=end=${MOVED_AT_S},setpts=PTS-STARTPTS[before]`,
    `[b]trim=end=${LASTING_S + 120},setpts=PTS-STARTPTS,crop=iw*0.6:ih*0.6:iw*0.4:ih*0.4,scale=640:360[after]`,
    '[before][after]concat',
  ].join(';');
  const encode = ['-filter_complex', filter, '-r', '1', '-c:v', 'libx264', '-preset', 'ultrafast', path];
  execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', '1', '-i', QUIET, ...encode]);
  return path;
}

describe('scene-changed', () => {
  it('is raised once after a camera was turned, even one that is known for minutes only', async () => {
    const rules = join(folder, 'rules.yaml');
    writeFileSync(
      rules,
      'rules: [{id: fire, when: something is on fire, budget: {false_alarms_per_day: 1}}]',
    );
    await using scan = new Cli(['scan', moved(), '--rules', rules, '--json']);
    expect((await scan.ended).exitCode).toBe(0);
    const told = scan.lines().map((line) => DetectionEvent.parse(line));
    const changes = told.filter(({ ruleId }) => ruleId === 'scene-changed');
    expect(changes.map(({ cameraId, phase }) => `${cameraId} ${phase}`)).toEqual([
      'moved start',
      'moved end',
    ]);
    const afterS = changes[0]!.atMs / 1000 - MOVED_AT_S;
    expect(afterS).toBeGreaterThanOrEqual(LASTING_S - 1);
    expect(afterS).toBeLessThan(LASTING_S + 60);
  });
});
