import { type Regime, RegimeDetector } from '../rules/calibration/regime.js';
import { SceneWatch } from '../rules/calibration/scene-change.js';
import type { Light } from '../tiling/light.js';

/** How a camera's scene is lit, and whether it is another one for good, from this frame on. */
export interface SceneNow {
  regime: Regime;
  changed: boolean;
}

/** What a camera's scene does, apart from any rule. Takes each frame that was scored. */
export class CameraScene {
  readonly #regime = new RegimeDetector();
  readonly #watch = new SceneWatch();

  /** @param vectors of all tiles, in order; asked for only where they are looked at */
  observe({
    atMs,
    light,
    vectors,
  }: {
    atMs: number;
    light: Light;
    vectors: () => readonly Float32Array[];
  }): SceneNow {
    const regime = this.#regime.observe(atMs, light);
    return { regime, changed: this.#watch.observe({ atMs, regime, vectors }) };
  }
}
