import type { CameraInfo } from '../../../server/messages.js';
import { rules, watches } from '../../data/state.js';
import { cameraStateOf } from '../../parts/camera-state.js';
import { Pill } from '../../parts/pill.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import { CameraPicture } from './camera-picture.js';
import { ScoreBar } from './score-bar.js';
import { ScoreLine } from './score-line.js';

/** One camera: its newest picture, and for each rule that watches it a line, or a bar that takes less room. */
export function CameraCard({ camera, withLines }: { camera: CameraInfo; withLines: boolean }) {
  const { id, name, status } = camera;
  const own = rules.value.filter((rule) => watches(rule, id));
  const state = cameraStateOf(status);
  return (
    <article class={`card ${state}`} aria-label={name}>
      <CameraPicture camera={camera} />
      <div class="caption">
        <h2>
          <a href={href('camera', [id])}>{name}</a>
        </h2>
        <Pill kind={state} text={words.cameraState[state]} />
      </div>
      {own.length === 0 && <p class="quiet">{words.noRules}</p>}
      <ul class={withLines ? 'lines' : 'bars'}>
        {own.map((rule) =>
          withLines ? (
            <ScoreLine key={rule.id} camera={camera} rule={rule} />
          ) : (
            <ScoreBar key={rule.id} camera={camera} rule={rule} />
          ),
        )}
      </ul>
    </article>
  );
}
