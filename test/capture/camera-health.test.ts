import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSource, frames } from '../../src/capture/index.js';
import { PictureHealth } from '../../src/capture/picture-health.js';
import type { CameraStatus, CaptureSource } from '../../src/capture/source.js';
import type { DetectionEvent } from '../../src/detect/event.js';
import type { Embedder } from '../../src/model/index.js';
import { CalibrationKeeper } from '../../src/pipeline/calibration-keeper.js';
import { EventRecorder } from '../../src/pipeline/event-recorder.js';
import { openRuleBook, type WatchRule } from '../../src/pipeline/rule-book.js';
import { watchCamera } from '../../src/pipeline/watch-camera.js';
import type { Clock } from '../../src/shared/clock.js';
import type { SizePx } from '../../src/shared/geometry.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { planPreview } from '../../src/tiling/layout.js';
import { openTestModel } from '../fixtures/open-model.js';
import { RtspServer } from '../fixtures/rtsp.js';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
const FIRE = join(SAMPLES, 'fire-yard.mp4');
const logger = createLogger({ level: 'silent' });

const RULE: WatchRule = {
  ...{ id: 'fire', name: 'fire', when: ['something is on fire', 'flames and smoke'], not: ['a sunset'] },
  ...{ cameras: null, tiles: { layout: { kind: 'auto' }, region: null }, active: null, severity: 'critical' },
  timing: {
    ...{ confirm: { k: 3, n: 5 }, hysteresis: 0.5, forMs: 0, clearForMs: 5_000, cooldownMs: 60_000 },
    remindEveryMs: null,
  },
  ...{ threshold: null, budget: null, calibrate: { warmupMs: 0, minMs: 0, adapt: false } },
};

let folder: string;
let embedder: Embedder;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-health-'));
  ({ embedder } = await openTestModel(fileURLToPath(new URL('../../models/starter', import.meta.url))));
});
afterAll(async () => {
  await embedder[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** What became of a camera that was watched. */
interface Watched {
  events: DetectionEvent[];
  statuses: CameraStatus[];
  /** Seconds of the source at which there were scores. */
  scoredS: number[];
}

/** Watches a source to its end, or until `signal` aborts; what it has seen so far is in `seen`. */
async function watch(
  source: CaptureSource,
  {
    seen,
    clock,
    signal = new AbortController().signal,
  }: { seen: Watched; clock?: Clock; signal?: AbortSignal },
): Promise<void> {
  const book = await openRuleBook([RULE], embedder, null);
  const modelHash = () => embedder.describe().modelHash;
  let seq = 0;
  const store = {
    add: (event: Omit<DetectionEvent, 'seq'>) => ({ ...event, seq: ++seq }),
    settled: async () => {},
  };
  const recorder = new EventRecorder({ store, snapshots: null, moments: null, model: embedder, logger });
  const watched = watchCamera({
    ...{ source, embedder, logger, signal, timeZone: null, motionGate: true, onModelError: 'throw' },
    book: () => book,
    calibrations: new CalibrationKeeper({ store: null, modelHash, logger }),
    onStatus: (status) => seen.statuses.push(status),
    ...(clock ? { clock } : {}),
  });
  for await (const frame of watched) {
    for (const { event } of await recorder.keep(frame, source.cameraId)) seen.events.push(event);
    if (frame.scores.length > 0) seen.scoredS.push(Math.round(frame.pyramid!.ptsMs / 1000));
  }
}

function nothingYet(): Watched {
  return { events: [], statuses: [], scoredS: [] };
}

/** An event in a word or two. */
function say({ ruleId, phase, atMs, health, blindSinceMs }: DetectionEvent): string {
  const since = blindSinceMs === undefined ? '' : ` blind since ${Math.round(blindSinceMs / 1000)}`;
  return `${Math.round(atMs / 1000)} ${ruleId} ${phase}${health ? ` ${health}` : ''}${since}`;
}

/** The fire from 16 s on; black from 20 to 60 s; fire; the picture stands still from 70 to 150 s; then the fire goes out. */
function render(): string {
  const path = join(folder, 'parts.mp4');
  const part = (name: string, at: string) => `[${name}]${at},setpts=PTS-STARTPTS[${name}1]`;
  const filter = [
    'trim=start=16,setpts=PTS-STARTPTS,fps=2,scale=960:540,setsar=1,format=yuv420p,split=4[a][b][c][d]',
    part('a', 'trim=end=20'),
    'color=black:s=960x540:r=2:d=40,setsar=1,format=yuv420p[a2]',
    part('b', 'trim=20:30'),
    part('c', 'trim=29.5:30,tpad=stop_mode=clone:stop_duration=79.5'),
    part('d', 'trim=start=30'),
    '[a1][a2][b1][c1][d1]concat=n=5',
  ].join(';');
  const encode = ['-t', '170', '-r', '2', '-g', '4', '-c:v', 'libx264', '-preset', 'ultrafast', path];
  execFileSync('ffmpeg', ['-v', 'error', '-i', FIRE, '-filter_complex', filter, ...encode], {
    timeout: 60_000,
  });
  return path;
}

describe('a camera that goes blind', () => {
  it('says so, is not scored, and keeps its events open until it sees again', async () => {
    const seen = nothingYet();
    await watch(createSource({ cameraId: 'yard', location: render() }), { seen });
    const told = seen.events.map(say);
    expect(told.slice(0, 5)).toEqual([
      '2 fire start',
      '40 camera-blind start black',
      '40 fire update blind since 20',
      '63 camera-blind end black',
      '63 fire update',
    ]);
    // The encoder needs some seconds until it repeats itself.
    expect(told.slice(5).join()).toMatch(
      /^1[34]. camera-blind start frozen,1[34]. fire update blind since [78].,15. camera-blind end frozen,15. fire update,1[56]. fire end$/,
    );
    expect(new Set(seen.events.filter(({ ruleId }) => ruleId === 'fire').map(({ id }) => id)).size).toBe(1);
    const kinds = seen.statuses.map(({ state, health }) => `${state} ${health?.kind ?? 'well'}`);
    expect(kinds).toEqual([
      'online well',
      'online black',
      'online well',
      'online frozen',
      'online well',
      'ended well',
    ]);
    // Also of the black frames before anybody knew that it would last, nothing was made.
    expect(seen.scoredS).toContain(19);
    expect(seen.scoredS).toContain(63);
    expect(seen.scoredS.filter((second) => second >= 20 && second < 63)).toEqual([]);
  });

  it('is one that is away, too: an open event stays open', async () => {
    const path = join(folder, 'burning.mp4');
    const cut = ['-ss', '16', '-t', '30', '-i', FIRE, '-vf', 'scale=960:540', '-g', '10'];
    execFileSync('ffmpeg', ['-v', 'error', ...cut, '-c:v', 'libx264', '-preset', 'ultrafast', path]);
    await using server = await RtspServer.start(path);
    const ending = new AbortController();
    const seen = nothingYet();
    const startedMs = Date.now();
    // Five times as fast as time goes by, so that ten seconds without a camera are two.
    const clock = { nowMs: () => startedMs + 5 * (Date.now() - startedMs) };
    const source = createSource({ cameraId: 'yard', location: server.url, fps: 4 });
    const watching = watch(source, { seen, clock, signal: ending.signal });
    const phases = () =>
      seen.events.map(({ ruleId, phase, health, blindSinceMs }) =>
        [ruleId, phase, health, blindSinceMs && 'blind'].filter(Boolean).join(' '),
      );
    const until = (expected: string[]) =>
      vi.waitFor(() => expect(phases()).toEqual(expected), { timeout: 60_000, interval: 50 });
    await until(['fire start']);
    await server.kill();
    const blind = ['fire start', 'camera-blind start offline', 'fire update blind'];
    await until(blind);
    expect(seen.statuses.at(-1)?.health?.kind).toBe('offline');
    await server.restart();
    await until([...blind, 'camera-blind end offline', 'fire update']);
    expect(seen.statuses.at(-1)).toMatchObject({ state: 'online', health: null });
    ending.abort();
    await watching;
    expect(phases().slice(5)).toEqual(['fire end']);
  });
});

describe('the samples', () => {
  it('are pictures of cameras that see', async () => {
    const kindsOf = async (location: string) => {
      const health = new PictureHealth({ fps: null });
      const kinds = new Set<string>();
      const options = { logger, signal: new AbortController().signal, onStatus: () => {} };
      const plan = (size: SizePx) => ({ levels: [], preview: planPreview(size) });
      for await (const pyramid of frames(createSource({ cameraId: 'sample', location }), {
        ...options,
        plan,
      })) {
        const look = health.observe(pyramid);
        kinds.add(look.health?.kind ?? (look.unseen ? 'unseen' : 'well'));
      }
      return [...kinds];
    };
    // The darkest and dullest, and the one whose pictures change least. All others are scanned by other tests, which
    // expect no further event.
    for (const name of ['quiet-headlights.mp4', 'quiet/quiet-sunset.mp4'])
      expect(await kindsOf(join(SAMPLES, name)), name).toEqual(['well']);
  });
});
