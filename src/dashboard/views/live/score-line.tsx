import type { CameraInfo, RuleInfo } from '../../../server/messages.js';
import { type ScoreSeries, seriesOf } from '../../data/series.js';
import { formatScore } from '../../format.js';
import { words } from '../../words.js';
import { RuleItem } from './rule-item.js';
import { ScorePlot } from './score-plot.js';

/** A rule on a camera: its name, its score as a moving line against the threshold, and both as numbers. */
export function ScoreLine({ camera, rule }: { camera: CameraInfo; rule: RuleInfo }) {
  const series = seriesOf({ cameraId: camera.id, ruleId: rule.id });
  const newest = series.newest.value;
  const isHit = newest !== null && newest.score >= newest.threshold;
  const threshold = newest?.threshold ?? rule.threshold;
  return (
    <RuleItem cameraId={camera.id} rule={rule} className={`line ${isHit ? 'hit' : ''}`}>
      <ScorePlot series={series} threshold={threshold ?? 0} label={words.lineOf(rule.name, camera.name)} />
      <Numbers newest={series.newest.value} threshold={threshold} />
    </RuleItem>
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
