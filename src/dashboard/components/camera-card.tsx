import type { CameraInfo } from '../../server/messages.js';
import { rules } from '../state.js';
import { words } from '../words.js';
import { CameraPicture } from './camera-picture.js';
import { ScoreLine } from './score-line.js';

/** One camera: its newest picture, and a line for each rule that watches it. */
export function CameraCard({ camera }: { camera: CameraInfo }) {
  const { id, name, status } = camera;
  const own = rules.value.filter(({ cameras }) => cameras === null || cameras.includes(id));
  return (
    <article class={`card ${status.state}`} aria-label={name}>
      <CameraPicture camera={camera} />
      <div class="caption">
        <h2>{name}</h2>
        <span class={`pill ${status.state}`}>{words.cameraState[status.state]}</span>
      </div>
      {own.length === 0 && <p class="quiet">{words.noRules}</p>}
      <ul class="lines">
        {own.map((rule) => (
          <ScoreLine key={rule.id} camera={camera} rule={rule} />
        ))}
      </ul>
    </article>
  );
}
