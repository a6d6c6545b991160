import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CameraInfo, RuleInfo } from '../../../server/messages.js';
import { seriesOf } from '../../data/series.js';
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
  // Past the virtual tree: a wall has hundreds of them, and each changes every second.
  useSignalEffect(() => {
    const newest = series.newest.value;
    const element = meter.current!;
    const above = newest ? newest.score - newest.threshold : -BELOW;
    const part = Math.min(1, Math.max(0, (above + BELOW) / (BELOW + ABOVE)));
    (element.firstElementChild as HTMLElement).style.transform = `scaleX(${part.toFixed(3)})`;
    element.parentElement!.classList.toggle('hit', newest !== null && above >= 0);
    const score = formatScore(newest?.score ?? null);
    element.ariaValueNow = part.toFixed(2);
    element.ariaValueText = words.scoreOf(score, formatScore(newest?.threshold ?? null));
    element.nextElementSibling!.textContent = score;
  });
  return (
    <RuleItem cameraId={camera.id} rule={rule} className="bar">
      {/* biome-ignore lint/a11y/useSemanticElements: no mark can be drawn on a meter element */}
      <div
        ref={meter}
        class="meter"
        role="meter"
        aria-label={rule.name}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={0}
      >
        <i />
      </div>
      <b aria-hidden="true" />
    </RuleItem>
  );
}
