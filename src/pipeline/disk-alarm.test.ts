import { describe, expect, it } from 'vitest';
import { createBus } from '../bus.js';
import { DetectionEvent } from '../detect/event.js';
import { DiskAlarm } from './disk-alarm.js';

describe('DiskAlarm', () => {
  it('is one event from the moment the disk is nearly full until it has room, however often that is said', () => {
    const bus = createBus();
    const told: DetectionEvent[] = [];
    bus.on('event', (event) => told.push(DetectionEvent.parse(event)));
    let seq = 0;
    const alarm = new DiskAlarm({
      store: { append: (event) => ({ ...event, seq: ++seq }) },
      bus,
      model: { describe: () => ({ modelHash: 'abc' }) as never },
    });
    alarm.tell(false, 1);
    alarm.tell(true, 2);
    alarm.tell(true, 3);
    alarm.tell(false, 4);
    alarm.tell(true, 5);
    const about = { cameraId: 'store', ruleId: 'disk-full', severity: 'warning' };
    expect(told).toMatchObject([
      { ...about, phase: 'start', atMs: 2, startedAtMs: 2 },
      { ...about, phase: 'end', atMs: 4, startedAtMs: 2, endedAtMs: 4 },
      { ...about, phase: 'start', atMs: 5 },
    ]);
    expect(told[1]!.id).toBe(told[0]!.id);
    expect(told[2]!.id).not.toBe(told[0]!.id);
  });
});
