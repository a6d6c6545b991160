import { describe, expect, it } from 'vitest';
import { makeStatus } from '../../test/fixtures/happenings.js';
import { drawFrame } from '../../test/fixtures/pictures.js';
import type { CameraStatus } from '../capture/source.js';
import type { HealthKind } from '../shared/camera-health.js';
import { type HealthStep, HealthWatch } from './health-watch.js';

const START_MS = 1_700_000_000_000;

function start() {
  const statuses: CameraStatus[] = [];
  const watch = new HealthWatch({ fps: null, onStatus: (status) => statuses.push(status) });
  const say = (steps: readonly HealthStep[]) =>
    steps.map(
      ({ phase, kind, blind, startedAtMs }) =>
        `${phase} ${kind} ${blind ? 'blind' : 'degraded'} since ${(startedAtMs - START_MS) / 1000}`,
    );
  /** A frame in which something is found, or nothing. */
  const frame = (atS: number, kind: HealthKind | null, sinceS = atS) => {
    const health = kind && { kind, sinceMs: START_MS + sinceS * 1000 };
    return say(
      watch.frame(
        { unseen: false, health },
        drawFrame(() => [0, 0, 0], { atS }),
      ).steps,
    );
  };
  const state = (state: CameraStatus['state'], atS: number) =>
    watch.status(makeStatus({ state, atMs: START_MS + atS * 1000 }));
  const silence = (atS: number) => {
    const { steps, ...verdict } = watch.silence(START_MS + atS * 1000);
    return { ...verdict, steps: say(steps) };
  };
  const told = () => statuses.map(({ state, health }) => `${state} ${health?.kind ?? 'well'}`);
  return { watch, frame, state, silence, told, say };
}

describe('HealthWatch', () => {
  it('makes one event of a camera that is blind for one reason after another', () => {
    const { frame, state, told, watch, say } = start();
    state('online', 0);
    expect(frame(1, null)).toEqual([]);
    expect(frame(20, 'black', 5)).toEqual(['start black blind since 5']);
    expect(frame(21, 'black', 5)).toEqual([]);
    expect(frame(30, 'covered', 8)).toEqual(['update covered blind since 5']);
    expect(frame(40, 'blurred', 31)).toEqual([
      'end covered blind since 5',
      'start blurred degraded since 31',
    ]);
    expect(frame(50, null)).toEqual(['end blurred degraded since 31']);
    expect(told()).toEqual([
      'online well',
      'online black',
      'online covered',
      'online blurred',
      'online well',
    ]);
    frame(60, 'frozen', 55);
    // The service stops: the camera has not become well by that.
    expect(say(watch.close())).toEqual(['end frozen blind since 55']);
    expect(told().at(-1)).toBe('online frozen');
  });

  it('counts a camera as away from when it went, once that has lasted, until a picture comes', () => {
    const { frame, state, silence, told } = start();
    state('online', 0);
    frame(1, null);
    expect(silence(3)).toEqual({ unseen: false, blindSinceMs: null, steps: [] });
    state('offline', 5);
    state('connecting', 7);
    expect(silence(9)).toEqual({ unseen: true, blindSinceMs: null, steps: [] });
    const { blindSinceMs, steps } = silence(15);
    expect([blindSinceMs, steps]).toEqual([START_MS + 5_000, ['start offline blind since 5']]);
    state('offline', 16);
    expect(silence(17).steps).toEqual([]);
    state('online', 20);
    expect(told().slice(-2)).toEqual(['offline offline', 'online offline']);
    expect(frame(21, null)).toEqual(['end offline blind since 5']);
    expect(told().at(-1)).toBe('online well');
    state('offline', 30);
    state('online', 35);
    state('offline', 38);
    expect(silence(44).steps).toEqual([]);
  });
});
