import type { CameraInfo, RuleInfo } from '../../../server/messages.js';
import { type ScoreSeries, seriesOf } from '../../data/series.js';
import { pointedAt } from '../../data/state.js';
import { formatScore } from '../../format.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import { ScorePlot } from './score-plot.js';

/** A rule on a camera: its name, its score as a moving line against the threshold, and both as numbers. */
export function ScoreLine({ camera, rule }: { camera: CameraInfo; rule: RuleInfo }) {
  const pair = { cameraId: camera.id, ruleId: rule.id };
  const series = seriesOf(pair);
  const newest = series.newest.value;
  const isHit = newest !== null && newest.score >= newest.threshold;
  const threshold = newest?.threshold ?? rule.threshold;
  const point = () => {
    pointedAt.value = pair;
  };
  const leave = () => {
    pointedAt.value = null;
  };
  return (
    <li class={`line ${isHit ? 'hit' : ''}`} onMouseEnter={point} onMouseLeave={leave}>
      <a
        href={href('camera', [camera.id], { rule: rule.id })}
        class="rule"
        title={words.ruleWords(rule.when, rule.not)}
        onFocus={point}
        onBlur={leave}
      >
        {rule.name}
      </a>
      <ScorePlot series={series} threshold={threshold ?? 0} label={words.lineOf(rule.name, camera.name)} />
      <Numbers newest={series.newest.value} threshold={threshold} />
    </li>
  );
}

function Numbers({
  newest,
  threshold,
}: {
  newest: ScoreSeries['newest']['value'];
  threshold: number | null;
}) {
  const score = formatScore(newest?.score ?? null);
  const limit = formatScore(threshold);
  return (
    <span class="score" role="img" aria-label={words.scoreOf(score, limit)}>
      <b>{score}</b>
      <span>{limit}</span>
    </span>
  );
}
