import { useRef } from 'preact/hooks';
import { postJson } from '../../data/api.js';
import { cameraName, cameras, pictureOf } from '../../data/state.js';
import { useInSight } from '../../data/use-in-sight.js';
import { usePolled } from '../../data/use-polled.js';
import { useWatched } from '../../data/use-watched.js';
import { formatScore } from '../../format.js';
import { ratioOf, TileBox } from '../../parts/tile-picture.js';
import { words } from '../../words.js';
import type { RuleDraft } from './draft.js';
import type { NowResult } from './studio-api.js';

const EVERY_MS = 2_000;
/** Score that fills a bar: half as much again is as sure as any model gets. */
const FULL_SCORE = 8;

type Now = NowResult['cameras'][number];

/** The newest picture of each camera, and where and how well the draft fits it. */
export function LivePreview({
  draft,
  cameraIds,
}: {
  draft: RuleDraft | null;
  cameraIds: readonly string[] | null;
}) {
  const text = words.studio.now;
  const panel = useRef<HTMLElement>(null);
  const isInSight = useInSight(panel);
  const { value, error } = usePolled((signal) => postJson<NowResult>('/api/rules/now', { draft }, signal), {
    periodMs: EVERY_MS,
    key: JSON.stringify(draft),
    isOn: draft !== null && isInSight,
  });
  // What was so before an error is not so now.
  const now = error ? null : value;
  const shown = cameras.value.filter(({ id }) => cameraIds === null || cameraIds.includes(id));
  return (
    <section class="card now" ref={panel} aria-label={text.title}>
      <div class="caption">
        <h2>{text.title}</h2>
        <span class="soft">{error && error.status !== 400 ? error.message : text.hint}</span>
      </div>
      <ul>
        {shown.map(({ id }) => (
          <NowCard
            key={id}
            cameraId={id}
            now={now?.cameras.find(({ cameraId }) => cameraId === id) ?? null}
          />
        ))}
      </ul>
    </section>
  );
}

function NowCard({ cameraId, now }: { cameraId: string; now: Now | null }) {
  const stage = useWatched(cameraId);
  const picture = pictureOf(cameraId).value;
  const best = now?.best ?? null;
  const isHit = best !== null && now!.threshold !== null && best.margin >= now!.threshold;
  return (
    <li class={isHit ? 'hit' : ''}>
      <div class="now-picture" ref={stage}>
        {picture ? (
          <div style={ratioOf(picture.header)}>
            <img src={picture.url} alt={words.pictureOf(cameraName(cameraId), [])} />
            {best && <TileBox box={best.box} kind={isHit ? 'hit' : ''} />}
          </div>
        ) : (
          words.noPicture
        )}
      </div>
      <span class="camera-name">{cameraName(cameraId)}</span>
      <Score now={now} />
    </li>
  );
}

function Score({ now }: { now: Now | null }) {
  if (!now?.best) return <span class="soft">{now?.reason ?? words.noScore}</span>;
  const { best, threshold } = now;
  const percent = (score: number) => `${100 * Math.min(1, Math.max(0, score / FULL_SCORE))}%`;
  return (
    <>
      <span class="soft">
        {threshold === null
          ? words.studio.now.score(formatScore(best.margin))
          : words.scoreOf(formatScore(best.margin), formatScore(threshold))}
      </span>
      <span class="bar" aria-hidden="true">
        <span style={{ width: percent(best.margin) }} />
        {threshold !== null && <i style={{ left: percent(threshold) }} />}
      </span>
    </>
  );
}
