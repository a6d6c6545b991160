import { describe, expect, it } from 'vitest';
import { makeEvent, makeStatus } from '../../test/fixtures/happenings.js';
import { createBus, type WatchedMoment } from '../bus.js';
import { Metrics } from './metrics.js';

const NOW_MS = 1_700_000_010_000;

function start() {
  const bus = createBus();
  const clock = { now: NOW_MS };
  const mqtt = { connected: true, waiting: 0, dropped: 0, oldestAtMs: null as number | null };
  const metrics = new Metrics({
    bus,
    store: () => ({ waiting: 2 }),
    vectors: () => ({ written: 4000, lost: 5, waitingBytes: 600 }),
    model: () => ({ underWay: 3, works: true }),
    destinations: () => ({ mqtt }),
    clock: { nowMs: () => clock.now },
  });
  metrics.start();
  /** Lines of the program's own numbers, `wordwatch_` left out; without those of buckets. */
  const lines = async () =>
    (await metrics.text()).body
      .split('\n')
      .filter((line) => line.startsWith('wordwatch_') && !line.includes('_bucket'))
      .map((line) => line.slice('wordwatch_'.length));
  const frame = (given: Partial<WatchedMoment>) =>
    bus.emit('watched', {
      ...{
        cameraId: 'yard',
        frameIndex: 0,
        capturedAtMs: NOW_MS - 250,
        tiles: 11,
        embedded: 4,
        unseen: false,
      },
      ...given,
    });
  return { bus, metrics, mqtt, lines, frame, clock };
}

describe('Metrics', () => {
  it('count frames, tiles, and what became of neither', async () => {
    const { frame, lines } = start();
    frame({ frameIndex: 0 });
    frame({ frameIndex: 1, embedded: 0 });
    frame({ frameIndex: 5 });
    frame({ frameIndex: 6, tiles: 0, embedded: 0, unseen: true });
    frame({ frameIndex: 0, tiles: 0, embedded: 0 });
    const told = await lines();
    expect(told).toEqual(
      expect.arrayContaining([
        'frames_total{camera="yard"} 5',
        'tiles_total{camera="yard"} 33',
        'tiles_embedded_total{camera="yard"} 8',
        'frames_dropped_total{camera="yard"} 3',
        'frames_unscored_total{camera="yard",reason="camera"} 1',
        'frames_unscored_total{camera="yard",reason="model"} 1',
        'score_latency_seconds_count{camera="yard"} 3',
        'score_latency_seconds_sum{camera="yard"} 0.75',
      ]),
    );
  });

  it('tell how each camera did in the last half minute, and since the start', async () => {
    const { frame, metrics, clock } = start();
    for (let i = 0; i < 60; i++) {
      clock.now += 1000;
      // Every tenth takes long, every fifth is seen by nobody, and one before each of these is dropped.
      const latencyMs = i % 10 === 0 ? 900 : 100;
      const tiles = i % 5 === 4 ? 0 : 10;
      const given = { frameIndex: i + Math.floor((i + 1) / 5), tiles, embedded: tiles / 5 };
      frame({ ...given, capturedAtMs: clock.now - latencyMs });
    }
    const [yard, door] = await metrics.cameras(['yard', 'door']);
    expect(yard).toMatchObject({
      ...{
        cameraId: 'yard',
        receivedFps: 36 / 30,
        scoredFps: 24 / 30,
        unchangedPart: 0.8,
        embeddedPerS: 1.6,
      },
      ...{ latencyMs: { p50: 100, p95: 900 }, frames: 60, framesDropped: 12 },
    });
    const nothing = { receivedFps: 0, scoredFps: 0, embeddedPerS: 0, unchangedPart: null, latencyMs: null };
    expect(door).toEqual({ cameraId: 'door', ...nothing, frames: 0, framesDropped: 0 });
    clock.now += 31_000;
    const [later] = await metrics.cameras(['yard']);
    expect(later).toEqual({ cameraId: 'yard', ...nothing, frames: 60, framesDropped: 12 });
  });

  it('tell how cameras are, and how often they were away', async () => {
    const { bus, frame, lines } = start();
    bus.emit('camera', makeStatus({ state: 'online' }));
    frame({});
    for (const state of ['offline', 'connecting', 'offline', 'connecting', 'online'] as const)
      bus.emit('camera', makeStatus({ state }));
    bus.emit('camera', makeStatus({ missedPart: 0.2 }));
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'camera_reconnects_total{camera="yard"} 1',
        'camera_failures_total{camera="yard"} 2',
        'camera_up{camera="yard"} 1',
        'camera_unwell{camera="yard",kind="black"} 0',
      ]),
    );
    bus.emit('camera', makeStatus({ health: { kind: 'black', sinceMs: NOW_MS } }));
    expect(await lines()).toEqual(
      expect.arrayContaining(['camera_up{camera="yard"} 0', 'camera_unwell{camera="yard",kind="black"} 1']),
    );
  });

  it('count events, and tell what waits and how long it took', async () => {
    const { bus, metrics, mqtt, lines } = start();
    for (const phase of ['start', 'update', 'end'] as const)
      bus.emit('event', makeEvent({ seq: 1, phase }), null);
    bus.emit('published', makeEvent({ seq: 1, atMs: NOW_MS - 500 }), 'mqtt');
    metrics.workerDied();
    Object.assign(mqtt, { connected: false, waiting: 7, dropped: 1, oldestAtMs: NOW_MS - 90_000 });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'events_total{camera="yard",rule="fire",severity="critical"} 1',
        'publish_latency_seconds_sum{destination="mqtt"} 0.5',
        'outbox_waiting{destination="mqtt"} 7',
        'outbox_age_seconds{destination="mqtt"} 90',
        'outbox_dropped{destination="mqtt"} 1',
        'destination_up{destination="mqtt"} 0',
        'store_waiting 2',
        'vectors_written 4000',
        'vectors_lost 5',
        'vectors_waiting_bytes 600',
        'model_under_way 3',
        'model_up 1',
        'model_worker_deaths_total 1',
      ]),
    );
    mqtt.oldestAtMs = null;
    expect(await lines()).toContain('outbox_age_seconds{destination="mqtt"} 0');
  });

  it('know the process, and listen no longer once they are disposed of', async () => {
    const { bus, metrics, lines } = start();
    expect((await metrics.text()).body).toMatch(/^process_resident_memory_bytes \d+/m);
    metrics[Symbol.dispose]();
    bus.emit('event', makeEvent({ seq: 1 }), null);
    expect((await lines()).join()).not.toContain('events_total');
    expect(bus.eventNames()).toEqual([]);
  });
});
