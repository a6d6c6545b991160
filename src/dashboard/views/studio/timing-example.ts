import { type DetectorState, RuleDetector } from '../../../detect/rule-detector.js';
import { parseDurationMs } from '../../../shared/duration.js';
import { DEFAULTS, type RuleDraft } from './draft.js';

/** A rule's timing, in milliseconds where it is a time. */
export interface Timing {
  k: number;
  n: number;
  forMs: number;
  hysteresis: number;
  clearForMs: number;
  cooldownMs: number;
}

/** One frame of the example. */
interface ExampleFrame {
  atMs: number;
  /** Above the threshold. */
  score: number;
  state: DetectorState;
}

/** A made-up score, and what the rule's own detector makes of it. */
export interface Example {
  frames: ExampleFrame[];
  /** First hit of the event. */
  startedAtMs: number;
  /** When the start is told. */
  toldAtMs: number;
  /** The last frame that still showed it, which is when the event ended. */
  endedAtMs: number;
  /** When the end is told. */
  endToldAtMs: number;
  /** Until when no new event may start. */
  cooldownUntilMs: number;
}

const FRAME_MS = 1_000;
/** Long stretches are drawn with no more frames than that. */
const MOST_FRAMES = 40;
const [LOW, HIT, PEAK] = [-2.2, 1.1, 2.4];

/** A draft's timing; null: something in it is no number or no time. */
export function timingOf(draft: RuleDraft): Timing | null {
  const { k = DEFAULTS.confirm.k, n = DEFAULTS.confirm.n } = draft.confirm ?? {};
  const [forMs, clearForMs, cooldownMs] = (['for', 'clear_for', 'cooldown'] as const).map((key) =>
    parseDurationMs(draft[key] ?? DEFAULTS[key]),
  ) as [number, number, number];
  const timing = { k, n, forMs, hysteresis: draft.hysteresis ?? DEFAULTS.hysteresis, clearForMs, cooldownMs };
  const isSound = Object.values(timing).every(Number.isFinite) && k >= 1 && k <= n && n <= 60;
  return isSound ? timing : null;
}

/**
 * Plays a score that shows each field at work: a lone hit that is not enough, an event with misses in it, a dip that the
 * hysteresis bears and a gap that `clear_for` bears, its end, and hits that come too early after it.
 */
export function timingExample(timing: Timing): Example {
  const detector = new RuleDetector({
    ...{ confirm: { k: timing.k, n: timing.n }, hysteresis: timing.hysteresis, forMs: timing.forMs },
    ...{ clearForMs: timing.clearForMs, cooldownMs: timing.cooldownMs },
    ...{ remindEveryMs: null, maxGapMs: Number.POSITIVE_INFINITY, newId: () => '' },
  });
  const play = new Play(detector);
  const { k, n, forMs, hysteresis, clearForMs, cooldownMs } = timing;
  play.frames(3, LOW);
  if (k > 1) play.frames(1, HIT);
  play.frames(n, LOW);
  // With a miss between the hits where k of n allows for one.
  play.frames(1, HIT);
  if (n > k && k > 1) play.frames(1, LOW / 2);
  play.frames(k - 1, HIT);
  play.lasting(forMs, PEAK);
  play.frames(3, PEAK);
  if (hysteresis > 0) play.frames(3, -Math.min(hysteresis, 1.6) / 2);
  play.frames(2, HIT);
  if (clearForMs >= 2 * FRAME_MS) play.lasting(clearForMs / 2, LOW - hysteresis);
  play.frames(3, PEAK);
  play.frames(1, LOW - hysteresis);
  play.lasting(clearForMs, LOW - hysteresis);
  play.frames(2, LOW - hysteresis);
  if (cooldownMs >= 3 * FRAME_MS) {
    play.lasting(cooldownMs / 3, LOW);
    play.frames(Math.min(k + 1, Math.floor(cooldownMs / 3 / FRAME_MS)), HIT);
  }
  play.lasting(cooldownMs, LOW);
  play.frames(3, LOW);
  return play.result(cooldownMs);
}

class Play {
  readonly #detector: RuleDetector;
  readonly #frames: ExampleFrame[] = [];
  #atMs = 0;
  #started: Pick<Example, 'startedAtMs' | 'toldAtMs'> | null = null;
  #ended: Pick<Example, 'endedAtMs' | 'endToldAtMs'> | null = null;

  constructor(detector: RuleDetector) {
    this.#detector = detector;
  }

  frames(count: number, score: number): void {
    for (let i = 0; i < count; i++) this.#step(score, FRAME_MS);
  }

  lasting(durationMs: number, score: number): void {
    const count = Math.min(MOST_FRAMES, Math.ceil(durationMs / FRAME_MS));
    for (let i = 0; i < count; i++) this.#step(score, durationMs / count);
  }

  result(cooldownMs: number): Example {
    // The score is made so that both come, whatever the timing is.
    const [started, ended] = [this.#started!, this.#ended!];
    return { frames: this.#frames, ...started, ...ended, cooldownUntilMs: ended.endToldAtMs + cooldownMs };
  }

  #step(score: number, afterMs: number): void {
    this.#atMs += afterMs;
    const atMs = this.#atMs;
    const moment = { atMs, ptsMs: atMs, score, threshold: 0, active: true, expectedFalseAlarmsPerDay: null };
    const tile = { index: 0, level: 0, box: { x: 0, y: 0, w: 1, h: 1 } };
    const told = this.#detector.step({ ...moment, thresholdState: 'fixed', tile });
    if (told?.phase === 'start') this.#started ??= { startedAtMs: told.startedAtMs, toldAtMs: atMs };
    if (told?.phase === 'end') this.#ended ??= { endedAtMs: told.endedAtMs!, endToldAtMs: atMs };
    this.#frames.push({ atMs, score, state: this.#detector.state });
  }
}
