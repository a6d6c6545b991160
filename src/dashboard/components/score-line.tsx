import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { RuleInfo } from '../../server/messages.js';
import { HISTORY_MS, type ScorePoint, scores } from '../state.js';
import { words } from '../words.js';

const HEIGHT_PX = 34;

/** A rule's score on a camera as a moving line, its threshold as a dashed one. */
export function ScoreLine({ cameraId, rule }: { cameraId: string; rule: RuleInfo }) {
  const points = scores.value[`${cameraId}/${rule.id}`] ?? [];
  const newest = points.at(-1);
  const isHit = newest !== undefined && newest.score >= newest.threshold;
  return (
    <div class={`line ${isHit ? 'hit' : ''}`}>
      <span class="rule">{rule.name}</span>
      <Plot points={points} label={words.lineOf(rule.name)} isHit={isHit} />
      <span class="score">
        {newest ? words.score(newest.score.toFixed(1), newest.threshold.toFixed(1)) : '–'}
      </span>
    </div>
  );
}

function Plot({ points, label, isHit }: { points: ScorePoint[]; label: string; isHit: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = host.current!;
    const css = getComputedStyle(element);
    const colour = (name: string) => () => css.getPropertyValue(name);
    plot.current = new uPlot(
      {
        width: element.clientWidth || 120,
        height: HEIGHT_PX,
        padding: [3, 0, 3, 0],
        cursor: { show: false },
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { range: (_plot, _min, max) => [max - HISTORY_MS / 1000, max] },
          y: { range: withMargin },
        },
        series: [
          {},
          { stroke: colour('--line'), width: 1.5, points: { show: false } },
          { stroke: colour('--threshold'), width: 1, dash: [4, 3], points: { show: false } },
        ],
      },
      [[], [], []],
      element,
    );
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => {
    const column = (value: (point: ScorePoint) => number) => points.map(value);
    plot.current?.setData([
      column(({ atMs }) => atMs / 1000),
      column(({ score }) => score),
      column(({ threshold }) => threshold),
    ]);
  }, [points]);
  return <div ref={host} class={`plot ${isHit ? 'hit' : ''}`} role="img" aria-label={label} />;
}

function withMargin(_plot: uPlot, min: number | null, max: number | null): [number, number] {
  const [low, high] = [min ?? 0, max ?? 1];
  const margin = Math.max(0.5, (high - low) * 0.1);
  return [low - margin, high + margin];
}
