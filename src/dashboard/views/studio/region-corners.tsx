import { words } from '../../words.js';
import { fraction } from './draft.js';
import type { Region } from './region.js';

/** A region's corners as numbers, in per cent of the picture. */
export function CornerFields({ region, set }: { region: Region; set: (next: Region) => void }) {
  const text = words.studio.region;
  const change = (index: number, axis: 0 | 1, percent: number) => {
    if (Number.isNaN(percent)) return;
    const point: [number, number] = [...region[index]!];
    point[axis] = fraction(percent / 100);
    set(region.with(index, point));
  };
  return (
    <details class="corners">
      <summary>{text.numbers}</summary>
      <ol>
        {region.map((point, index) => (
          <li key={index}>
            {(['x', 'y'] as const).map((name, axis) => (
              <input
                key={name}
                type="number"
                min={0}
                max={100}
                step={0.1}
                aria-label={text.coordinate(index + 1, name)}
                value={Math.round(1000 * point[axis]!) / 10}
                onChange={({ currentTarget }) => change(index, axis as 0 | 1, currentTarget.valueAsNumber)}
              />
            ))}
          </li>
        ))}
      </ol>
    </details>
  );
}
