/** Frames of one video, ready for {@link FrameAuc}. */
export interface LabelledFrames {
  /** One for each frame; NaN: not scored, and left out. */
  scores: ArrayLike<number>;
  /** One for each frame: 1 where the thing is there. */
  truth: ArrayLike<number>;
}

/**
 * The chance that a frame which shows the thing scores higher than one which does not (area under the ROC curve; equal
 * scores count half). It says how well frames are ranked, and nothing of alarms: for comparison with papers.
 *
 * Frames are compared once, and what comes of it is kept for each pair of videos: videos are drawn thousands of times.
 */
export class FrameAuc {
  /** Frames of each video that show the thing, and that do not. */
  readonly #present: Float64Array;
  readonly #absent: Float64Array;
  /** For each video with frames that show the thing: how many pairs they win against those of each video that do not. */
  readonly #wins = new Map<number, Float64Array>();

  /** @param frames of all videos */
  constructor(frames: readonly LabelledFrames[]) {
    this.#present = new Float64Array(frames.length);
    this.#absent = new Float64Array(frames.length);
    const all = frames.flatMap(({ scores, truth }, video) =>
      Array.from(scores, (score, i) => ({ score, video, isPresent: truth[i] === 1 })).filter(
        ({ score }) => !Number.isNaN(score),
      ),
    );
    all.sort((a, b) => a.score - b.score);
    for (let from = 0; from < all.length; ) {
      let to = from;
      while (to < all.length && all[to]!.score === all[from]!.score) to++;
      this.#compare(all.slice(from, to));
      from = to;
    }
  }

  /** Takes frames of one score; those of all lower ones have been taken. */
  #compare(equal: readonly { video: number; isPresent: boolean }[]): void {
    const present = new Map<number, number>();
    const absent = new Map<number, number>();
    for (const { video, isPresent } of equal) {
      const counts = isPresent ? present : absent;
      counts.set(video, (counts.get(video) ?? 0) + 1);
    }
    for (const [video, count] of present) {
      const wins = this.#wins.get(video) ?? new Float64Array(this.#absent.length);
      this.#wins.set(video, wins);
      for (let other = 0; other < wins.length; other++) wins[other]! += count * this.#absent[other]!;
      for (const [other, ties] of absent) wins[other]! += (count * ties) / 2;
      this.#present[video]! += count;
    }
    for (const [video, count] of absent) this.#absent[video]! += count;
  }

  /** @param weights how often each video counts @returns 0 … 1; null where only one kind of frame is there */
  of(weights: ArrayLike<number>): number | null {
    let [wins, present, absent] = [0, 0, 0];
    for (let video = 0; video < this.#absent.length; video++) {
      present += weights[video]! * this.#present[video]!;
      absent += weights[video]! * this.#absent[video]!;
    }
    for (const [video, row] of this.#wins) {
      if (weights[video] === 0) continue;
      let sum = 0;
      for (let other = 0; other < row.length; other++) sum += weights[other]! * row[other]!;
      wins += weights[video]! * sum;
    }
    return present === 0 || absent === 0 ? null : wins / (present * absent);
  }
}
