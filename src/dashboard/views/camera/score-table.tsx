import { useState } from 'preact/hooks';
import { nowMs } from '../../data/state.js';
import { formatScore, formatTime } from '../../format.js';
import { Columns } from '../../parts/columns.js';
import { Scroll } from '../../parts/scroll.js';
import { words } from '../../words.js';
import type { ShownRule } from './rule-lines.js';

const ROWS = 24;

/** The plot in numbers: the highest score of each rule in each of some stretches of time. */
export function ScoreTable({ atMs, rules }: { atMs: readonly number[]; rules: readonly ShownRule[] }) {
  // Hundreds of cells: made only for whoever looks at them.
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="card as-table" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{words.camera.table}</summary>
      {isOpen && (
        <Scroll label={words.camera.table}>
          <table>
            <caption class="for-readers">{words.camera.tableCaption}</caption>
            <Columns names={[words.camera.tableTime, ...rules.map(({ name }) => name)]} numbersFrom={1} />
            <tbody>
              {stretches(atMs.length).map(([from, to]) => (
                <tr key={from}>
                  <th scope="row">{formatTime(atMs[from]!, nowMs.peek())}</th>
                  {rules.map((rule) => (
                    <Cell key={rule.id} rule={rule} from={from} to={to} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </details>
  );
}

function Cell({ rule: { history }, from, to }: { rule: ShownRule; from: number; to: number }) {
  let highest: number | null = null;
  let isHit = false;
  for (let i = from; i < to; i++) {
    const score = history?.scores[i] ?? null;
    if (score === null) continue;
    highest = Math.max(highest ?? score, score);
    isHit ||= score >= history!.thresholds[i]!;
  }
  return <td class={`number ${isHit ? 'hit' : ''}`}>{formatScore(highest)}</td>;
}

function stretches(count: number): [from: number, to: number][] {
  const each = Math.max(1, Math.ceil(count / ROWS));
  return Array.from({ length: Math.ceil(count / each) }, (_, i) => [
    i * each,
    Math.min(count, (i + 1) * each),
  ]);
}
