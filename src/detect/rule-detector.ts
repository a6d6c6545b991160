import type { ThresholdState } from '../rules/score.js';
import type { Tile } from '../tiling/tile.js';
import { ConfirmWindow, type Moment } from './confirm-window.js';

/** A rule's timing. All times in milliseconds. */
export interface DetectorOptions {
  confirm: { k: number; n: number };
  /** An event ends only below threshold − hysteresis. Score units. */
  hysteresis: number;
  /** The confirmed state must have lasted so long before an event starts. */
  forMs: number;
  /** An event ends when nothing was seen for so long. */
  clearForMs: number;
  /** After an end, no new start for so long. */
  cooldownMs: number;
  /** Send an update so often while an event lasts; null: only updates asked for otherwise. */
  remindEveryMs: number | null;
  /** Hits on both sides of a longer gap between frames do not confirm each other. */
  maxGapMs: number;
  /** Makes an event's id. */
  newId: () => string;
}

/** One scored frame. */
export interface Observation extends Moment {
  /** NaN (a broken model, or a calibration that knows too little) counts as no observation. */
  score: number;
  threshold: number;
  thresholdState: ThresholdState;
  expectedFalseAlarmsPerDay: number | null;
  /** What reviews make of the score, 0 … 1. */
  probability?: number | undefined;
  tile: Tile;
  /** False outside the rule's active hours. */
  active: boolean;
}

export type DetectorState = 'idle' | 'confirming' | 'active' | 'clearing' | 'cooldown';

/** A step in an event's life. */
export interface Transition {
  phase: 'start' | 'update' | 'end';
  id: string;
  atMs: number;
  startedAtMs: number;
  startedPtsMs: number;
  /** Only in `end`: the last frame that still showed it. */
  endedAtMs?: number;
  score: number;
  peakScore: number;
  threshold: number;
  thresholdState: ThresholdState;
  expectedFalseAlarmsPerDay: number | null;
  /** Of the same frame as `score`. */
  probability?: number;
  /** Only while nothing can be seen: since when. */
  blindSinceMs?: number;
  /** Where it is; in `end`, where it was clearest. */
  tile: Tile;
}

interface OpenEvent {
  id: string;
  started: Moment;
  lastSeenAtMs: number;
  /** The last moment at which nothing could be seen: that it was not seen before says nothing. */
  unseenAtMs: number;
  /** Since when the camera has been blind, once that was told; null: it is not. */
  blindSinceMs: number | null;
  remindedAtMs: number;
  peakScore: number;
  peakTile: Tile;
}

/**
 * Turns one rule's scores on one camera into events: idle → confirming → active → clearing → cooldown → idle.
 *
 * Pure: time is what the observations say. When the clock jumps back during an event, the event's time goes on from
 * where it was, so that its times never run backwards and its end is not held up; the clock is believed again once no
 * event is open. Starts and ends strictly alternate whatever the scores are.
 */
export class RuleDetector {
  readonly #options: DetectorOptions;
  readonly #window: ConfirmWindow;
  #event: OpenEvent | null = null;
  #state: DetectorState = 'idle';
  /** First hit of the run that is being confirmed. */
  #confirmedSince: Moment | null = null;
  #cooldownUntilMs = Number.NEGATIVE_INFINITY;
  #nowMs = Number.NEGATIVE_INFINITY;
  /** How far the clock has jumped back since the current event began. */
  #skewMs = 0;
  #last: Observation | null = null;

  constructor(options: DetectorOptions) {
    // Spelled out: read at every frame, they must be laid out in one way, wherever they come from.
    this.#options = {
      confirm: options.confirm,
      hysteresis: options.hysteresis,
      forMs: options.forMs,
      clearForMs: options.clearForMs,
      cooldownMs: options.cooldownMs,
      remindEveryMs: options.remindEveryMs,
      maxGapMs: options.maxGapMs,
      newId: options.newId,
    };
    this.#window = new ConfirmWindow(options.confirm);
  }

  get state(): DetectorState {
    return this.#state;
  }

  /** Id of the event that is open now. */
  get openEventId(): string | null {
    return this.#event?.id ?? null;
  }

  /** Takes one frame's score; returns what it brought about, at most one step. */
  step(observation: Observation): Transition | null {
    // Nothing is known; but an event does not go on past the rule's hours.
    if (!Number.isFinite(observation.score) || Number.isNaN(observation.threshold)) {
      return observation.active ? null : this.close();
    }
    const atMs = this.#advance(observation.atMs);
    const seen = atMs === observation.atMs ? observation : { ...observation, atMs };
    this.#last = seen;
    return this.#event ? this.#whileOpen(this.#event, seen) : this.#whileClosed(seen);
  }

  /**
   * A moment at which nothing could be seen, for want of a picture or of anything in it. An open event neither ends nor
   * clears by that: `clearForMs` counts from when something is seen again. It says so once, in an update.
   * @param blindSinceMs since when the camera has been blind, once that counts; null: not yet
   */
  unseen({ atMs, blindSinceMs }: { atMs: number; blindSinceMs: number | null }): Transition | null {
    const event = this.#event;
    if (!event || !this.#last) return null;
    event.unseenAtMs = this.#advance(atMs);
    if (blindSinceMs === null || event.blindSinceMs !== null) return null;
    event.blindSinceMs = blindSinceMs;
    const { tile } = this.#last;
    return { ...this.#describe(event, { ...this.#last, atMs: event.unseenAtMs }), phase: 'update', tile };
  }

  /** Ends an open event now: its rule is gone, or the footage is over. */
  close(): Transition | null {
    return this.#event && this.#last ? this.#end(this.#event, { ...this.#last, atMs: this.#nowMs }) : null;
  }

  #advance(clockMs: number): number {
    if (this.#state === 'idle') {
      this.#skewMs = 0;
    } else {
      this.#skewMs = Math.max(this.#skewMs, this.#nowMs - clockMs);
    }
    const atMs = clockMs + this.#skewMs;
    if (atMs - this.#nowMs > this.#options.maxGapMs) this.#forgetHits();
    this.#nowMs = atMs;
    return atMs;
  }

  #whileClosed(seen: Observation): Transition | null {
    if (this.#state === 'cooldown' && seen.atMs < this.#cooldownUntilMs) return null;
    if (!seen.active) {
      this.#forgetHits();
      this.#state = 'idle';
      return null;
    }
    this.#window.push(seen.score >= seen.threshold, seen);
    const firstHit = this.#window.firstHit();
    this.#state = firstHit ? 'confirming' : 'idle';
    if (!this.#window.isConfirmed()) {
      this.#confirmedSince = null;
      return null;
    }
    this.#confirmedSince ??= firstHit;
    const since = this.#confirmedSince!;
    return seen.atMs - since.atMs >= this.#options.forMs ? this.#start(since, seen) : null;
  }

  #start(since: Moment, seen: Observation): Transition {
    const event = {
      id: this.#options.newId(),
      started: { atMs: since.atMs, ptsMs: since.ptsMs },
      lastSeenAtMs: seen.atMs,
      unseenAtMs: Number.NEGATIVE_INFINITY,
      blindSinceMs: null,
      remindedAtMs: seen.atMs,
      peakScore: seen.score,
      peakTile: seen.tile,
    };
    this.#event = event;
    this.#state = 'active';
    this.#forgetHits();
    return { ...this.#describe(event, seen), phase: 'start', tile: seen.tile };
  }

  #whileOpen(event: OpenEvent, seen: Observation): Transition | null {
    if (!seen.active) return this.#end(event, seen);
    const wasBlind = event.blindSinceMs !== null;
    event.blindSinceMs = null;
    if (seen.score >= seen.threshold - this.#options.hysteresis) {
      event.lastSeenAtMs = seen.atMs;
      this.#state = 'active';
    } else {
      this.#state = 'clearing';
      const clearSinceMs = Math.max(event.lastSeenAtMs, event.unseenAtMs);
      if (seen.atMs - clearSinceMs >= this.#options.clearForMs) return this.#end(event, seen);
    }
    if (seen.score > event.peakScore) {
      event.peakScore = seen.score;
      event.peakTile = seen.tile;
    }
    const { remindEveryMs } = this.#options;
    const isDue = remindEveryMs !== null && seen.atMs - event.remindedAtMs >= remindEveryMs;
    if (!isDue && !wasBlind) return null;
    event.remindedAtMs = seen.atMs;
    return { ...this.#describe(event, seen), phase: 'update', tile: seen.tile };
  }

  #end(event: OpenEvent, seen: Observation): Transition {
    this.#event = null;
    this.#state = 'cooldown';
    this.#cooldownUntilMs = seen.atMs + this.#options.cooldownMs;
    this.#forgetHits();
    return {
      ...this.#describe(event, seen),
      phase: 'end',
      endedAtMs: event.lastSeenAtMs,
      tile: event.peakTile,
    };
  }

  #describe(event: OpenEvent, seen: Observation): Omit<Transition, 'phase' | 'tile'> {
    return {
      id: event.id,
      atMs: seen.atMs,
      startedAtMs: event.started.atMs,
      startedPtsMs: event.started.ptsMs,
      score: seen.score,
      peakScore: event.peakScore,
      threshold: seen.threshold,
      thresholdState: seen.thresholdState,
      expectedFalseAlarmsPerDay: seen.expectedFalseAlarmsPerDay,
      ...(seen.probability === undefined ? {} : { probability: seen.probability }),
      ...(event.blindSinceMs === null ? {} : { blindSinceMs: event.blindSinceMs }),
    };
  }

  #forgetHits(): void {
    this.#window.clear();
    this.#confirmedSince = null;
  }
}
