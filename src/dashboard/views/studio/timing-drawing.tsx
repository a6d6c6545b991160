import { useMemo } from 'preact/hooks';
import { formatDuration } from '../../format.js';
import { words } from '../../words.js';
import { type Example, type Timing, timingExample } from './timing-example.js';

const [WIDTH, HEIGHT] = [460, 128];
/** Where the curve is drawn; the event's bar is below it. */
const [TOP, BOTTOM, BAR] = [16, 92, 104];

/** A score over time, and where an event starts, holds and ends with this timing. */
export function TimingDrawing({ timing }: { timing: Timing }) {
  const example = useMemo(() => timingExample(timing), [JSON.stringify(timing)]);
  const text = words.studio.timing;
  const { x, y } = scales(example, timing);
  const { startedAtMs, toldAtMs, endedAtMs, endToldAtMs, cooldownUntilMs } = example;
  const late = [toldAtMs - startedAtMs, endToldAtMs - endedAtMs].map(formatDuration) as [string, string];
  return (
    <svg class="timing" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={text.drawn(...late)}>
      <rect class="band" x="0" width={WIDTH} y={y(0)} height={y(-timing.hysteresis) - y(0)} />
      <line class="threshold" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
      <text x={WIDTH - 2} y={y(0) - 4} text-anchor="end">
        {text.threshold}
      </text>
      <polyline class="score" points={example.frames.map((f) => `${x(f.atMs)},${y(f.score)}`).join(' ')} />
      {example.frames
        .filter(({ score }) => score >= 0)
        .map(({ atMs, score }) => (
          <circle key={atMs} class="hit" cx={x(atMs)} cy={y(score)} r="2" />
        ))}
      <rect class="confirming" x={x(startedAtMs)} width={x(toldAtMs) - x(startedAtMs)} y={BAR} height="8" />
      <rect class="open" x={x(toldAtMs)} width={x(endedAtMs) - x(toldAtMs)} y={BAR} height="8" />
      <rect class="clearing" x={x(endedAtMs)} width={x(endToldAtMs) - x(endedAtMs)} y={BAR} height="8" />
      <rect
        class="cooldown"
        x={x(endToldAtMs)}
        width={x(cooldownUntilMs) - x(endToldAtMs)}
        y={BAR}
        height="8"
      />
      <Mark x={x(toldAtMs)} label={text.starts} />
      <Mark x={x(endToldAtMs)} label={text.ends} />
      <text x={(x(toldAtMs) + x(endedAtMs)) / 2} y={HEIGHT - 4} text-anchor="middle">
        {text.event}
      </text>
      {x(cooldownUntilMs) - x(endToldAtMs) > 46 && (
        <text x={(x(endToldAtMs) + x(cooldownUntilMs)) / 2} y={HEIGHT - 4} text-anchor="middle">
          {text.quietTime}
        </text>
      )}
    </svg>
  );
}

function Mark({ x, label }: { x: number; label: string }) {
  return (
    <g class="moment">
      <line x1={x} x2={x} y1={TOP} y2={BAR + 8} />
      <text x={x} y={TOP - 5} text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

/**
 * Places of times and scores. Fields say seconds and days alike, so that each stretch is as wide as the logarithm of how
 * long it lasts: none is too narrow to be seen.
 */
function scales(example: Example, { hysteresis }: Timing): Record<'x' | 'y', (value: number) => number> {
  const { frames, startedAtMs, toldAtMs, endedAtMs, endToldAtMs, cooldownUntilMs } = example;
  const lastMs = Math.max(frames.at(-1)!.atMs, cooldownUntilMs);
  const ends = [0, startedAtMs, toldAtMs, endedAtMs, endToldAtMs, cooldownUntilMs, lastMs];
  const knots = [...new Set(ends)].sort((a, b) => a - b);
  const widths = knots.slice(1).map((atMs, i) => Math.log2(2 + (atMs - knots[i]!) / 1_000));
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const x = (atMs: number) => {
    const at = Math.max(
      0,
      knots.findLastIndex((knot) => knot <= atMs),
    );
    const before = widths.slice(0, at).reduce((sum, width) => sum + width, 0);
    const [from, to] = [knots[at]!, knots[at + 1] ?? knots[at]! + 1];
    const inside = ((atMs - from) / (to - from)) * (widths[at] ?? 0);
    return (WIDTH * (before + inside)) / whole;
  };
  const low = -Math.min(hysteresis, 2) - 2.4;
  const y = (score: number) => {
    const part = (Math.max(low, score) - low) / (2.6 - low);
    return BOTTOM - part * (BOTTOM - TOP);
  };
  return { x, y };
}
