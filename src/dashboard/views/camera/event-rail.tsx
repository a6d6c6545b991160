import { nowMs, ruleName } from '../../data/state.js';
import { formatDuration, formatTime } from '../../format.js';
import { href } from '../../router.js';
import { partOf, type TimeRange } from '../../time-range.js';
import { words } from '../../words.js';
import type { EventSpan } from './use-camera-events.js';

/** Marks are that wide at least, so that a finger meets them; what would lie closer together becomes one. */
const MARK_PX = 26;

/** Events above the plot, each a link to its page; several close together zoom in. */
export function EventRail({
  spans,
  range,
  widthPx,
  onZoom,
}: {
  /** Oldest first. */
  spans: readonly EventSpan[];
  range: TimeRange;
  /** Of the plot's lines. */
  widthPx: number;
  onZoom: (range: TimeRange) => void;
}) {
  return (
    <ul class="rail" aria-label={words.camera.eventBands}>
      {groups(spans, { range, widthPx }).map((group) => (
        <Mark key={group[0]!.id} group={group} range={range} onZoom={onZoom} />
      ))}
    </ul>
  );
}

function Mark({
  group,
  range,
  onZoom,
}: {
  group: readonly EventSpan[];
  range: TimeRange;
  onZoom: (range: TimeRange) => void;
}) {
  const first = group[0]!;
  const toMs = Math.max(...group.map((span) => span.toMs));
  const [from, to] = [partOf(first.fromMs, range), partOf(toMs, range)];
  const style = { left: `min(${from * 100}%, 100% - ${MARK_PX}px)`, width: `${(to - from) * 100}%` };
  const time = (atMs: number) => formatTime(atMs, nowMs.peek());
  const severity =
    (['critical', 'warning'] as const).find((kind) => group.some((span) => span.severity === kind)) ?? 'info';
  if (group.length === 1) {
    const lasted = formatDuration(toMs - first.fromMs);
    const name = words.camera.eventOf(ruleName(first.ruleId), time(first.fromMs), lasted);
    return (
      <li class={`mark ${severity}`} style={style}>
        <a href={href('events', [first.id])} title={name}>
          <span class="for-readers">{name}</span>
        </a>
      </li>
    );
  }
  const name = words.camera.eventsOf(group.length, time(first.fromMs), time(toMs));
  const roomMs = Math.max(5_000, (toMs - first.fromMs) * 0.1);
  return (
    <li class={`mark ${severity}`} style={style}>
      <button
        type="button"
        title={name}
        aria-label={name}
        onClick={() => onZoom({ fromMs: first.fromMs - roomMs, toMs: toMs + roomMs })}
      >
        {group.length}
      </button>
    </li>
  );
}

function groups(
  spans: readonly EventSpan[],
  { range, widthPx }: { range: TimeRange; widthPx: number },
): EventSpan[][] {
  const found: EventSpan[][] = [];
  let endPx = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    const leftPx = partOf(span.fromMs, range) * widthPx;
    if (leftPx < endPx) found.at(-1)!.push(span);
    else found.push([span]);
    endPx = Math.max(endPx, leftPx + MARK_PX, partOf(span.toMs, range) * widthPx);
  }
  return found;
}
