import { ChevronLeft, ChevronRight } from 'lucide';
import { useEffect } from 'preact/hooks';
import { cameraName } from '../../data/state.js';
import { formatDuration, formatPercent } from '../../format.js';
import { Dialog } from '../../parts/dialog.js';
import { Fact } from '../../parts/fact.js';
import { Icon } from '../../parts/icon.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import { type Ask, searchHref } from './ask.js';
import { HitPicture } from './hit-picture.js';
import { aboveOf } from './hits.js';
import { cameraTime, type Hit, hitTime } from './times.js';

/** One hit, large, and what can be done with it. Arrow keys show the ones before and behind it. */
export function HitDialog({
  hits,
  place,
  ask,
  onMove,
  onClose,
}: {
  hits: readonly Hit[];
  place: number;
  ask: Ask;
  onMove: (place: number) => void;
  onClose: () => void;
}) {
  const hit = hits[place]!;
  const last = hits.length - 1;
  useEffect(() => {
    const press = ({ key }: KeyboardEvent) => {
      if (key === 'ArrowLeft' && place > 0) onMove(place - 1);
      if (key === 'ArrowRight' && place < last) onMove(place + 1);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [place, last, onMove]);
  const camera = cameraName(hit.cameraId);
  const title = words.search.hit(place + 1, camera, hitTime(hit, hit.atMs));
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="hit-large">
        <HitPicture key={`${hit.cameraId} ${hit.atMs}`} hit={hit} alt={title} isLazy={false} />
      </div>
      <div class="hit-actions">
        <a
          class="button"
          href={searchHref({ ...ask, words: '', not: [], like: likeOf(hit) })}
          onClick={onClose}
        >
          {words.search.moreLike}
        </a>
        <a class="button" href={ruleHref(hit, ask)}>
          {words.search.makeRule}
        </a>
        <a class="button" href={href('camera', [hit.cameraId])}>
          {words.search.openCamera}
        </a>
        <span class="spacer" />
        <button type="button" disabled={place === 0} onClick={() => onMove(place - 1)}>
          <Icon of={ChevronLeft} />
          {words.search.previous}
        </button>
        <button type="button" disabled={place === last} onClick={() => onMove(place + 1)}>
          {words.search.next}
          <Icon of={ChevronRight} />
        </button>
      </div>
      <HitFacts hit={hit} />
    </Dialog>
  );
}

function HitFacts({ hit }: { hit: Hit }) {
  const { atMs, fromMs, toMs, tile, score, standsOut, surprise } = hit;
  const there = cameraTime(hit);
  return (
    <dl class="facts">
      <Fact name={words.search.facts.time}>
        {hitTime(hit, atMs)}
        {there && ` · ${there}`}
      </Fact>
      {toMs > fromMs && (
        <Fact name={words.search.facts.lasted}>
          {words.search.lasted(hitTime(hit, fromMs), hitTime(hit, toMs), formatDuration(toMs - fromMs))}
        </Fact>
      )}
      <Fact name={words.search.facts.score}>
        {[
          aboveOf(hit),
          ...(surprise === null ? [words.search.aboveUnknown] : [words.search.cosine(score.toFixed(2))]),
          ...(standsOut ? [words.search.out] : []),
        ].join(' · ')}
      </Fact>
      <Fact
        name={words.search.facts.tile}
      >{`${tile.index} · ${formatPercent(tile.box.w)} × ${formatPercent(tile.box.h)}`}</Fact>
    </dl>
  );
}

function likeOf({ cameraId, atMs, tile }: Hit): Ask['like'] {
  return { cameraId, atMs, tile: tile.index };
}

/** A rule of the words; where there are none, of the part of the picture. */
function ruleHref({ cameraId, tile }: Hit, { words: sought }: Ask): string {
  const { x, y, w, h } = tile.box;
  return sought === ''
    ? href('studio', [], { tile: `${cameraId}/${[x, y, w, h]}` })
    : href('studio', [], { words: sought, camera: cameraId });
}
