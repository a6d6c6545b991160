import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { drawFrame } from '../../test/fixtures/pictures.js';
import type { DetectionEvent } from '../detect/event.js';
import { SnapshotFolder } from '../store/snapshots.js';
import { createLogger } from '../telemetry/logger.js';
import { EventRecorder } from './event-recorder.js';
import type { WatchedFrame } from './watch-camera.js';

const ID = 'd3b1a9f0-6d0c-4e55-9a52-0c3f8d1f7a10';
const folder = mkdtempSync(join(tmpdir(), 'event-recorder-'));
afterEach(() => rmSync(folder, { recursive: true }));

it('keeps the picture in which an event began; later ones are told, and not kept', async () => {
  const snapshots = new SnapshotFolder(folder);
  let seq = 0;
  const store = {
    add: (event: Omit<DetectionEvent, 'seq'>) => ({ ...event, seq: ++seq }),
    settled: async () => {},
  };
  const recorder = new EventRecorder({
    ...{ store, snapshots, moments: null, logger: createLogger({ level: 'silent' }) },
    model: { describe: () => ({ modelHash: 'abc' }) as never },
  });
  const tell = (phase: 'start' | 'update', grey: number) => {
    const tile = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };
    const transition = { phase, id: ID, atMs: grey, startedAtMs: 0, startedPtsMs: 0, score: 5, tile };
    const frame = {
      ...{ pyramid: drawFrame(() => [grey, grey, grey]), healthSteps: [], peaks: [], sceneChanged: false },
      transitions: [{ rule: { id: 'fire', severity: 'info' }, transition }],
    };
    return recorder.keep(frame as unknown as WatchedFrame, 'yard');
  };
  const [start] = await tell('start', 200);
  const [update] = await tell('update', 20);
  expect(update!.jpeg!.equals(start!.jpeg!)).toBe(false);
  expect(update!.event.snapshot).toBe(start!.event.snapshot);
  expect(Buffer.from((await snapshots.read(ID))!).equals(start!.jpeg!)).toBe(true);
});
