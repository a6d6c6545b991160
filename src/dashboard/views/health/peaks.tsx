import { useRef } from 'preact/hooks';
import type { Verdict } from '../../../detect/event.js';
import type { CalibrationInfo } from '../../../server/messages.js';
import { mayControl } from '../../data/state.js';
import { formatScore } from '../../format.js';
import { review } from '../../parts/reviewing.js';
import { TilePicture } from '../../parts/tile-picture.js';
import { undoLast } from '../../parts/toasts.js';
import { useKeys } from '../../parts/use-keys.js';
import { VerdictButtons } from '../../parts/verdicts.js';
import { words } from '../../words.js';
import { footageTime } from './drift.js';

type Peak = CalibrationInfo['peaks'][number];

/** The highest peaks of a calibration, with what people said of them. */
export function Peaks({ calibration, onReviewed }: { calibration: CalibrationInfo; onReviewed: () => void }) {
  const { peaks, threshold } = calibration;
  const list = useRef<HTMLOListElement>(null);
  const say = (peak: Peak, verdict: Verdict | null) => void review([peak.id], verdict, onReviewed);
  const sayOfFocused = (verdict: Verdict) => {
    const place = focusedIn(list.current);
    return place === -1 ? false : say(peaks[place]!, verdict);
  };
  const move = (step: 1 | -1) => () => {
    const items = itemsIn(list.current);
    const item = items[focusedIn(list.current) + step];
    item?.focus();
    return item !== undefined;
  };
  useKeys({
    ...{ t: () => sayOfFocused('true'), f: () => sayOfFocused('false'), u: () => sayOfFocused('unsure') },
    ...{ z: undoLast, ArrowRight: move(1), ArrowLeft: move(-1) },
  });
  return (
    <section class="peaks" aria-labelledby="peaks">
      <h2 id="peaks">{words.calibration.peaks}</h2>
      <p class="quiet">
        {peaks.length === 0 ? words.calibration.noPeaks : words.calibration.peaksWhy}{' '}
        {peaks.length > 0 && (mayControl.value ? words.calibration.peaksKeys : words.calibration.mayNot)}
      </p>
      <ol ref={list}>
        {peaks.map((peak, i) => (
          <PeakItem key={peak.id} {...{ peak, rank: i + 1, threshold, say }} />
        ))}
      </ol>
    </section>
  );
}

function PeakItem({
  peak,
  rank,
  threshold,
  say,
}: {
  peak: Peak;
  rank: number;
  threshold: number;
  say: (peak: Peak, verdict: Verdict | null) => void;
}) {
  const { id, atMs, score, verdict } = peak;
  const name = words.calibration.peak(rank, footageTime(atMs));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys judge the one that has the focus
    <li class={`card peak-item ${verdict ?? ''}`} tabIndex={0} aria-label={name}>
      <TilePicture src={`/api/moments/${id}/snapshot`} alt="">
        {words.noSnapshot}
      </TilePicture>
      <div class="peak-text">
        <span>{footageTime(atMs)}</span>
        <span class={score >= threshold ? 'over' : ''}>
          {words.calibration.score(formatScore(score))}
          {score >= threshold && <span class="for-readers"> {words.calibration.overThreshold}</span>}
        </span>
      </div>
      <VerdictButtons verdict={verdict} onSay={(said) => say(peak, said)} isSmall />
    </li>
  );
}

function itemsIn(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('.peak-item') ?? [])];
}

/** Place of the peak that has the focus, or in which something has it; −1: none. */
function focusedIn(list: HTMLElement | null): number {
  return itemsIn(list).findIndex((item) => item.contains(document.activeElement));
}
