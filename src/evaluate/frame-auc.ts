/** Frames of several videos, ready for {@link FrameAuc.of}. */
export interface LabelledFrames {
  /** Which video, 0 … */
  video: number;
  /** One for each frame; NaN: not scored, and left out. */
  scores: ArrayLike<number>;
  /** One for each frame: 1 where the thing is there. */
  truth: ArrayLike<number>;
}

/**
 * The chance that a frame which shows the thing scores higher than one which does not (area under the ROC curve; equal
 * scores count half). It says how well frames are ranked, and nothing of alarms: for comparison with papers.
 */
export class FrameAuc {
  /** From low to high. */
  readonly #scores: Float64Array;
  readonly #videos: Uint32Array;
  readonly #truth: Uint8Array;

  constructor(frames: readonly LabelledFrames[]) {
    const all = frames.flatMap(({ video, scores, truth }) =>
      Array.from(scores, (score, i) => ({ score, video, truth: truth[i]! })).filter(
        ({ score }) => !Number.isNaN(score),
      ),
    );
    all.sort((a, b) => a.score - b.score);
    this.#scores = Float64Array.from(all, ({ score }) => score);
    this.#videos = Uint32Array.from(all, ({ video }) => video);
    this.#truth = Uint8Array.from(all, ({ truth }) => truth);
  }

  /** @param weights how often each video counts @returns 0 … 1; null where only one kind of frame is there */
  of(weights: ArrayLike<number>): number | null {
    const scores = this.#scores;
    let [below, positives, wins] = [0, 0, 0];
    for (let i = 0; i < scores.length; ) {
      const score = scores[i]!;
      let [absent, present] = [0, 0];
      for (; i < scores.length && scores[i] === score; i++) {
        const weight = weights[this.#videos[i]!]!;
        if (this.#truth[i] === 1) present += weight;
        else absent += weight;
      }
      wins += present * (below + absent / 2);
      below += absent;
      positives += present;
    }
    return below === 0 || positives === 0 ? null : wins / (below * positives);
  }
}
