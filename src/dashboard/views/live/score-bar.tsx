import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CameraInfo, RuleInfo } from '../../../server/messages.js';
import { seriesOf } from '../../data/series.js';
import { watchedIds } from '../../data/state.js';
import { formatScore } from '../../format.js';
import { words } from '../../words.js';
import { RuleItem } from './rule-item.js';

/** Margins that a bar shows below the threshold, and above it. */
const BELOW = 10;
const ABOVE = 5;

/** A rule on a camera in one small line: how near its score is to the threshold. */
export function ScoreBar({ camera, rule }: { camera: CameraInfo; rule: RuleInfo }) {
  const series = seriesOf({ cameraId: camera.id, ruleId: rule.id });
  const meter = useRef<HTMLDivElement>(null);
  // Past the virtual tree: a wall has hundreds of them, and each changes every second. What is out of sight waits.
  useSignalEffect(() => {
    if (!watchedIds.value.has(camera.id)) return;
    const newest = series.newest.value;
    const element = meter.current!;
    const [fill, number, limit] = [
      element.firstElementChild,
      element.nextElementSibling,
      element.parentElement!.lastElementChild,
    ];
    const above = newest ? newest.score - newest.threshold : -BELOW;
    const part = Math.min(1, Math.max(0, (above + BELOW) / (BELOW + ABOVE)));
    (fill as HTMLElement).style.transform = `scaleX(${part.toFixed(2)})`;
    element.parentElement!.classList.toggle('hit', newest !== null && above >= 0);
    write(number!, formatScore(newest?.score ?? null));
    write(limit!, words.ofThreshold(formatScore(newest?.threshold ?? null)));
  });
  return (
    <RuleItem cameraId={camera.id} rule={rule} className="bar">
      <div ref={meter} class="meter" aria-hidden="true">
        <i />
      </div>
      <b />
      <span class="for-readers" />
    </RuleItem>
  );
}

/** The same text again would be laid out again. */
function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
