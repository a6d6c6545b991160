import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder } from '../model/embedder.js';
import { unknownWords } from '../model/unknown-words.js';
import { assessFeasibility, type Feasibility } from '../rules/feasibility/feasibility.js';
import type { Proposal } from '../rules/feasibility/proposals.js';
import { proposalText } from '../rules/feasibility/sentences.js';
import { feasibilityTexts } from '../rules/feasibility/texts.js';
import { embedPhrases, embedRules } from '../rules/rule-vectors.js';
import { type Clock, systemClock } from '../shared/clock.js';
import type { Moment, MomentStore } from '../store/moment-store.js';
import type { SampleStore, TileSample } from '../store/sample-store.js';
import type { WatchRule } from './rule-book.js';

/** A result is given again for so long: one sample in 512 is another one a minute later, which changes nothing. */
const KEPT_MS = 5 * 60_000;

/** A peak of the calibration so near to a confirmed event is the same sighting. */
const SAME_SIGHTING_MS = 60_000;

/** What is looked at of a rule. */
export type FeasibilityRule = Pick<WatchRule, 'id' | 'when' | 'not' | 'tiles'>;

/** Whether a rule can work on a camera, and what that goes by. */
export interface RuleFeasibility extends Omit<Feasibility, 'proposals'> {
  cameraId: string;
  ruleId: string;
  /** Everyday tiles of the camera, and confirmed events of the rule there. */
  samples: number;
  sightings: number;
  /** `text`: a sentence for people, without the full stop. */
  proposals: (Proposal & { text: string })[];
}

/** What {@link FeasibilityCheck} needs. */
export interface FeasibilityCheckOptions {
  samples: Pick<SampleStore, 'list'>;
  moments: Pick<MomentStore, 'list'>;
  model: Embedder;
  /** Whether frames are scored beside it: each assessment is then followed by a rest as long as itself. */
  beside: boolean;
  clock?: Clock;
}

interface Entry {
  /** What the result goes by, beside rule, camera and model. */
  stamp: string;
  atMs: number;
  isPending: boolean;
  result: Promise<RuleFeasibility>;
}

/**
 * Tells whether rules can work on cameras, from what was seen there. One assessment costs some 0.3 s of CPU on the
 * thread that also scores frames, so there is one at a time, and results are kept for some minutes.
 *
 * Samples are of all tiles of the camera's plan, also of those that only other rules look at, and their numbers are of
 * the plan that was in force when they were taken. For a rule with the default layout these are other cuts of the same
 * picture, and count. A rule with a layout or region of its own is measured on the whole picture and the result says so;
 * what looks like it there is not held against it, and no dominating tile is named (`looksAtPart`).
 */
export class FeasibilityCheck {
  readonly #options: FeasibilityCheckOptions;
  readonly #entries = new Map<string, Entry>();
  #last: Promise<unknown> = Promise.resolve();
  /** How long the last assessment held the thread. */
  #busyMs = 0;

  constructor(options: FeasibilityCheckOptions) {
    this.#options = options;
  }

  /**
   * The rule on the camera. What was asked for already and is still under way or new enough is not made again.
   * @throws WordwatchError as the model does
   */
  assess(rule: FeasibilityRule, cameraId: string): Promise<RuleFeasibility> {
    const { model, clock = systemClock } = this.#options;
    const nowMs = clock.nowMs();
    this.#forgetOld(nowMs);
    const { modelHash } = model.describe();
    const key = JSON.stringify([rule.id, rule.when, rule.not, rule.tiles, cameraId, modelHash]);
    const stamp = stampOf(this.#look(rule, cameraId));
    const known = this.#entries.get(key);
    if (known && (known.isPending || known.stamp === stamp)) return known.result;
    const result = this.#last.then(() => this.#assess(rule, cameraId));
    const entry: Entry = { stamp, atMs: nowMs, isPending: true, result };
    this.#entries.set(key, entry);
    this.#last = result
      .then(
        () => {
          entry.isPending = false;
        },
        () => void this.#entries.delete(key), // a model that is back is asked again
      )
      .then(() => this.#rest());
    return result;
  }

  async #assess(rule: FeasibilityRule, cameraId: string): Promise<RuleFeasibility> {
    const { model } = this.#options;
    const { samples, sightings } = this.#look(rule, cameraId);
    const { id, when, not } = rule;
    const words = { id, when, not };
    const set = await embedRules([words], model);
    const texts = samples.length > 0 ? feasibilityTexts(words) : [];
    const vectors = await embedPhrases(texts, model);
    const { knownWords } = model.describe();
    const startedMs = performance.now();
    const found = assessFeasibility({
      ...{ words, set, samples, sightings },
      rule: set.rules[0]!,
      phrases: new Map(texts.map((text, i) => [text, vectors[i]!])),
      unknownWords: knownWords ? unknownWords(when, knownWords) : [],
      looksAtPart: rule.tiles.region !== null || rule.tiles.layout.kind !== 'auto',
    });
    this.#busyMs = performance.now() - startedMs;
    const { negatives } = found;
    return {
      ...found,
      ...{ cameraId, ruleId: id, samples: samples.length, sightings: sightings.length },
      proposals: found.proposals.map((proposal) => ({
        ...proposal,
        text: proposalText(proposal, { words, negatives }),
      })),
    };
  }

  /** Gives the thread to whatever else there is to do. */
  #rest(): Promise<unknown> {
    return sleep(this.#options.beside ? this.#busyMs : 0);
  }

  #look({ id: ruleId }: FeasibilityRule, cameraId: string): Seen {
    const { samples, moments, model } = this.#options;
    const { modelHash } = model.describe();
    const reviewed = moments.list({ ruleId, cameraId, modelHash, reviewed: true });
    const confirmed = reviewed.filter(({ verdict }) => verdict === 'true');
    return { samples: samples.list(cameraId, modelHash), confirmed, sightings: sightingsOf(confirmed) };
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { atMs, isPending }] of this.#entries) {
      const age = nowMs - atMs;
      // A clock that was set back must not keep a result for ever.
      if (!isPending && (age >= KEPT_MS || age < 0)) this.#entries.delete(key);
    }
  }
}

/** What is known of a rule on a camera. */
interface Seen {
  samples: TileSample[];
  confirmed: Moment[];
  sightings: Float32Array[];
}

/** Changes at once with every verdict, and while the camera's first samples come in. */
function stampOf({ samples, confirmed }: Seen): string {
  const newest = Math.max(0, ...confirmed.map(({ reviewedAtMs }) => reviewedAtMs ?? 0));
  return [samples.length, confirmed.length, newest].join();
}

/**
 * Winning tiles of confirmed moments, each sighting once: an event is often a peak of the calibration, too, and where
 * nothing changes in a tile it keeps its vector.
 */
function sightingsOf(confirmed: readonly Moment[]): Float32Array[] {
  const events = confirmed.filter(({ kind }) => kind === 'event');
  const isEvent = (atMs: number) => events.some((event) => Math.abs(event.atMs - atMs) <= SAME_SIGHTING_MS);
  const once = confirmed.filter(({ kind, atMs }) => kind === 'event' || !isEvent(atMs));
  return [...new Map(once.map(({ vector }) => [vector.join(), vector])).values()];
}
