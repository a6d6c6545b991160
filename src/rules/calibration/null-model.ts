import type { Cluster, Verdict } from './clusters.js';
import { numberOf, recordOf, unusable } from './codec.js';
import { fitGpd, type Tail } from './gpd.js';
import { PeakList } from './peak-list.js';
import { ScoreHistogram } from './score-histogram.js';

export const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** A generation ends after a week of footage: the null is the last one to two weeks, and seasons can change it. */
const GENERATION_HOURS = 7 * DAY_HOURS;
const U_QUANTILE = 0.98;
/** Levels are kept rounded, so that few different ones come up. */
const LEVEL_STEP = 0.05;
/** Part of the footage that a tail is fitted to, at least. */
const EXPOSED_PART = 0.75;
/** Before so many frames their quantile says nothing of a tail; till then clusters begin at a level that anything odd passes. */
const MIN_FRAMES = 300;
const FIRST_LEVEL = 4;

/** A week of footage. */
interface Generation {
  scores: ScoreHistogram;
  peaks: PeakList;
  /** Footage watched with each level for clusters. */
  exposures: Map<number, Exposure>;
}

/** One object a level: it grows with every frame, without being looked for. */
interface Exposure {
  ms: number;
}

/**
 * What the scores of a rule on a camera do when nothing happens: the last one to two weeks of footage, as a histogram of
 * c_t and the highest clusters. Memory: at most 34 kB, whatever the footage.
 *
 * The level u at which clusters begin is itself an estimate, and moves. Each cluster knows the level of its time, and
 * the model how long each level was in force; so at any u, rates count only what was watched with a level ≤ u.
 */
export class NullModel {
  #generations: Generation[] = [emptyGeneration()];
  /** Footage of all time, and of the generations before the first kept one. */
  #observedMs = 0;
  #forgottenMs = 0;
  /** Level for clusters that begin now. */
  #level = FIRST_LEVEL;
  #nextLevelAt = MIN_FRAMES;
  /** Of this level in the newest generation; null: not looked for since either is new. */
  #exposure: Exposure | null = null;

  /** Hours of footage in the model. */
  get observedHours(): number {
    return (this.#observedMs - this.#forgottenMs) / HOUR_MS;
  }

  /** Number of the hour of footage that runs now. */
  get hour(): number {
    return Math.floor(this.#observedMs / HOUR_MS);
  }

  get level(): number {
    return this.#level;
  }

  /** u: above it lie 2 % of the frames. NaN: no frames. */
  quantile(p: number): number {
    return ScoreHistogram.quantile(
      this.#generations.map(({ scores }) => scores),
      p,
    );
  }

  /**
   * Takes a frame's c_t.
   * @param elapsedMs footage since the frame before, gaps not counted
   * @returns whether an hour is over, or the level is new
   */
  push(score: number, elapsedMs: number): boolean {
    const hour = this.hour;
    this.#observedMs += elapsedMs;
    const now = this.#generations[0]!;
    now.scores.add(score);
    this.#exposure ??= exposureAt(now, this.#level);
    this.#exposure.ms += elapsedMs;
    const isNewHour = this.hour !== hour;
    if (!isNewHour && now.scores.total !== this.#nextLevelAt) return false;
    this.#nextLevelAt = Math.max(2 * now.scores.total, MIN_FRAMES);
    if (isNewHour && this.observedHours >= GENERATION_HOURS * this.#generations.length) this.#rotate();
    this.#level = roundLevel(this.quantile(U_QUANTILE));
    this.#exposure = null;
    return true;
  }

  #rotate(): void {
    if (this.#generations.length === 2) this.#forgottenMs += GENERATION_HOURS * HOUR_MS;
    this.#generations = [emptyGeneration(), this.#generations[0]!];
  }

  add(cluster: Cluster): void {
    this.#generations[0]!.peaks.add(cluster);
  }

  review(id: number, verdict: Verdict | null): boolean {
    return this.#generations.some(({ peaks }) => peaks.review(id, verdict));
  }

  /** All kept clusters, highest first. */
  *clusters(): Generator<Cluster> {
    const lists = this.#generations.map(({ peaks }) => ({ peaks, at: 0 }));
    for (;;) {
      let best: (typeof lists)[number] | null = null;
      for (const list of lists) {
        if (list.at >= list.peaks.length) continue;
        if (best === null || list.peaks.scoreAt(list.at) > best.peaks.scoreAt(best.at)) best = list;
      }
      if (best === null) return;
      yield best.peaks.at(best.at++);
    }
  }

  /** How many kept clusters are at least so high. */
  rankOf(score: number): number {
    let rank = 0;
    for (const { peaks } of this.#generations) {
      let place = 0;
      while (place < peaks.length && peaks.scoreAt(place) >= score) place++;
      rank += place;
    }
    return rank;
  }

  /** The tail above u, without clusters that were true; null with fewer than `minClusters`. */
  tail(minClusters: number): Tail | null {
    const { u, exposureMs } = this.#border();
    const excesses = Float64Array.from(this.exceedances(u), ({ score }) => score - u);
    if (excesses.length < minClusters || exposureMs === 0) return null;
    const perDay = (excesses.length * DAY_HOURS * HOUR_MS) / exposureMs;
    return { u, n: excesses.length, perDay, ...fitGpd(excesses.reverse()) };
  }

  /** Clusters above u, highest first, of the footage watched with levels up to u, without those that were true. */
  exceedances(u: number): Cluster[] {
    const found: Cluster[] = [];
    for (const cluster of this.clusters()) {
      if (cluster.score <= u) break;
      if (cluster.verdict !== 'true' && cluster.level <= u) found.push(cluster);
    }
    return found;
  }

  /**
   * u, and the footage watched with levels up to it. As low as the frames' quantile is now; but high enough that most of
   * the footage counts, when levels were higher at times, and not where clusters are missing because they did not fit.
   */
  #border(): { u: number; exposureMs: number } {
    const dropped = this.#generations.map(({ peaks }) => peaks.dropped);
    let u = Math.max(roundLevel(this.quantile(U_QUANTILE)), ...dropped);
    const all = this.#generations.flatMap(({ exposures }) => [...exposures]);
    all.sort(([a], [b]) => a - b);
    const total = all.reduce((sum, [, { ms }]) => sum + ms, 0);
    let exposureMs = 0;
    for (const [level, { ms }] of all) {
      if (level > u && exposureMs >= EXPOSED_PART * total) break;
      u = Math.max(u, level);
      exposureMs += ms;
    }
    return { u, exposureMs };
  }

  /**
   * The conformal threshold. With H whole hours of footage, exchangeable with the next one, the next hour's highest
   * score passes the j-th highest of their maxima with probability ≤ j/(H+1): j = ⌊b·(H+1)/24⌋ keeps b alarm hours a day.
   * Clusters stand for their hours: those that were true do not count, and an hour without clusters is lower than any.
   * @returns null where no finite threshold has that guarantee yet
   */
  conformal(alarmsPerDay: number): { threshold: number; j: number; hours: number } | null {
    const hours = Math.floor(this.observedHours);
    const j = Math.min(hours, Math.floor((alarmsPerDay * (hours + 1)) / DAY_HOURS));
    if (j < 1) return null;
    const seen = new Set<number>();
    let threshold = Number.NEGATIVE_INFINITY;
    for (const { score, hour, verdict } of this.clusters()) {
      if (verdict === 'true') continue;
      seen.add(hour);
      threshold = score;
      if (seen.size === j) break;
    }
    return { threshold, j, hours };
  }

  toJSON(): unknown {
    return {
      generations: this.#generations.map(({ scores, peaks, exposures }) => ({
        scores,
        peaks,
        exposureMs: [...exposures].map(([level, { ms }]) => [level, ms]),
      })),
      observedMs: this.#observedMs,
      forgottenMs: this.#forgottenMs,
      level: this.#level,
      nextLevelAt: this.#nextLevelAt,
    };
  }

  static restore(json: unknown): NullModel {
    const saved = recordOf(json, 'null model');
    if (!Array.isArray(saved.generations) || ![1, 2].includes(saved.generations.length))
      throw unusable('generations are missing');
    const model = new NullModel();
    model.#generations = saved.generations.map(generationOf);
    model.#observedMs = numberOf(saved.observedMs, 'footage');
    model.#forgottenMs = numberOf(saved.forgottenMs, 'footage');
    model.#level = numberOf(saved.level, 'level');
    model.#nextLevelAt = numberOf(saved.nextLevelAt, 'level');
    return model;
  }
}

function roundLevel(level: number): number {
  return Math.round(level / LEVEL_STEP) * LEVEL_STEP;
}

function exposureAt({ exposures }: Generation, level: number): Exposure {
  const known = exposures.get(level) ?? { ms: 0 };
  exposures.set(level, known);
  return known;
}

function emptyGeneration(): Generation {
  return { scores: new ScoreHistogram(), peaks: new PeakList(), exposures: new Map() };
}

function generationOf(json: unknown): Generation {
  const { scores, peaks, exposureMs } = recordOf(json, 'generation');
  if (!Array.isArray(exposureMs)) throw unusable('levels are missing');
  const levels = exposureMs.map((pair): [number, Exposure] => {
    if (!Array.isArray(pair)) throw unusable('a level is not known');
    return [numberOf(pair[0], 'level'), { ms: numberOf(pair[1], 'level') }];
  });
  return {
    scores: ScoreHistogram.restore(scores),
    peaks: PeakList.restore(peaks),
    exposures: new Map(levels),
  };
}
