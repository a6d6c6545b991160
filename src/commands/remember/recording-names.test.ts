import { describe, expect, it } from 'vitest';
import { momentOf } from './civil-time.js';
import { NamePattern } from './name-pattern.js';
import { readUsualName } from './usual-names.js';

const ZONE = 'Europe/Berlin';
/** 20:30:05 in Berlin, in summer. */
const EVENING = Date.UTC(2026, 4, 1, 18, 30, 5);

describe('the name of a recording', () => {
  it.each([
    ['Front Door_00_20260501203005.mp4', 'Front Door_00', EVENING],
    ['yard-2026-05-01T20-30-05.mkv', 'yard', EVENING],
    ['yard/2026-05-01_20-30-05.123.mp4', 'yard', EVENING],
    ['yard/2026-05-01T18-30-05Z.mp4', 'yard', EVENING],
    ['yard/2026-05-01T20-30-05+0200.mp4', 'yard', EVENING],
    ['RecS02_20260501_203005_203105_0_7B28.mp4', 'RecS02', EVENING],
    ['yard/2026-05-01/20-30-05.mp4', 'yard', EVENING],
    ['yard/2026/05/01/20/30/05.mp4', 'yard', EVENING],
    ['yard/20260501/203005.mp4', 'yard', EVENING],
    ['yard/2026-05-01/001/dav/20/20.30.05-20.31.00[M][0@0][0].dav', 'yard', EVENING],
    ['2026-05-01/18/front_door/30.05.mp4', 'front_door', EVENING], // Frigate: UTC
    ['yard/00M00S_1777660205.mp4', 'yard', EVENING],
    ['yard/1777660205000.mp4', 'yard', EVENING],
    ['nvr/2/2026-05-01/20/30/05.mp4', '2', EVENING],
    ['nvr/2026-05-01/yard/20-30-05.mp4', 'yard', EVENING],
    ['2/2026-05-01/20/203005.mp4', '2', EVENING],
    ['a/20260501203005.mp4', 'a', EVENING],
    ['yard/2026-05-01T20-30.mp4', 'yard', EVENING - 5_000],
  ])('as recorders give them, %s, says camera and time', (path, camera, startMs) => {
    expect(readUsualName(path, ZONE)).toEqual({ camera, startMs });
  });

  it.each(['clip1.mp4', 'yard/2026-02-30_20-30-05.mp4', 'yard/2026-05-01/holiday.mp4', '12345678901234.mp4'])(
    'that is no time, %s, is not taken for one',
    (path) => {
      expect(readUsualName(path, ZONE).startMs).toBeNull();
    },
  );

  it('is read as a pattern says, from the end of the path', () => {
    const pattern = new NamePattern('{camera}/*-%Y.%m.%d/%H_%M_%S');
    const found = { camera: 'back yard', startMs: EVENING };
    expect(pattern.read('/mnt/a/back yard/day-2026.05.01/20_30_05.mp4', ZONE)).toEqual(found);
    expect(pattern.read('/mnt/a/back yard/2026.05.01/20_30_05.mp4', ZONE)).toBeNull();
    expect(pattern.read('back yard/day-2026.13.01/20_30_05.mp4', ZONE)).toBeNull();
    const untimed = { camera: 'gate', startMs: null };
    expect(new NamePattern('{camera}.mp4').read('/mnt/a/gate.mp4', ZONE)).toEqual(untimed);
    expect(new NamePattern('%s_*').read('a/1777660205_x.mp4', ZONE)).toEqual({
      camera: null,
      startMs: EVENING,
    });
    const fraction = new NamePattern('%Y%m%d%H%M%S.%f%z').read('20260501183005.25Z.mp4', ZONE);
    expect(fraction?.startMs).toBe(EVENING + 250);
  });

  it.each([
    ['%Y-%m-%d', 'does not say the hour'],
    ['%Y-%m-%d %Q', 'does not know %Q'],
    ['{kamera}/%s', 'does not know {kamera}'],
    ['%s%s', 'twice'],
  ])('cannot be read by the pattern %s, which is said', (text, why) => {
    expect(() => new NamePattern(text)).toThrow(
      expect.objectContaining({ userInput: true, message: expect.stringContaining(why) }),
    );
  });

  it('in an hour that comes twice or not at all is still a moment of that night', () => {
    const night = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 };
    expect(momentOf(night, ZONE)).toBe(Date.UTC(2026, 9, 25, 0, 30));
    const skipped = momentOf({ ...night, month: 3, day: 29 }, ZONE)!;
    expect(Math.abs(skipped - Date.UTC(2026, 2, 29, 1, 0))).toBeLessThanOrEqual(3_600_000);
  });
});
