import type { CameraInfo } from '../../server/messages.js';
import { pictures, rules } from '../state.js';
import { words } from '../words.js';
import { ScoreLine } from './score-line.js';

const percent = (part: number) => `${part * 100}%`;

export function CameraCard({ camera }: { camera: CameraInfo }) {
  const { id, name, status } = camera;
  const own = rules.value.filter(({ cameras }) => cameras === null || cameras.includes(id));
  return (
    <article class={`card ${status.state === 'offline' ? 'offline' : ''}`}>
      <h2>
        {name}
        <span class={`status ${status.state}`}>
          {status.state === 'offline' ? `${words.offline}: ${status.reason ?? ''}` : status.state}
        </span>
      </h2>
      <Picture camera={camera} />
      <div class="lines">
        {own.map((rule) => (
          <ScoreLine key={rule.id} cameraId={id} rule={rule} />
        ))}
      </div>
    </article>
  );
}

/** The newest picture with the winning tile of the rule that is furthest above its threshold, or nearest to it. */
function Picture({ camera: { id, name } }: { camera: CameraInfo }) {
  const picture = pictures.value[id];
  if (!picture) return <div class="picture empty">{words.noPicture}</div>;
  const { widthPx, heightPx, tiles } = picture.header;
  const shown = [...tiles].sort((a, b) => b.score - b.threshold - (a.score - a.threshold));
  const hits = shown.filter(({ score, threshold }) => score >= threshold);
  return (
    <div class="picture" style={{ aspectRatio: `${widthPx} / ${heightPx}` }}>
      <img src={picture.url} alt={words.pictureOf(name)} />
      {(hits.length > 0 ? hits : shown.slice(0, 1)).map(({ ruleId, tile: { box }, score, threshold }) => (
        <div
          key={ruleId}
          class={`tile ${score >= threshold ? 'hit' : ''}`}
          style={{ left: percent(box.x), top: percent(box.y), width: percent(box.w), height: percent(box.h) }}
        >
          <span>{rules.value.find((rule) => rule.id === ruleId)?.name ?? ruleId}</span>
        </div>
      ))}
    </div>
  );
}
