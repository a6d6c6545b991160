import { words } from '../../words.js';
import { fraction } from './draft.js';
import { NumberInput } from './number-field.js';
import type { Region } from './region.js';

/** A region's corners as numbers, in per cent of the picture. */
export function CornerFields({ region, set }: { region: Region; set: (next: Region) => void }) {
  const text = words.studio.region;
  const change = (index: number, axis: 0 | 1, percent: number | undefined) => {
    // An empty field is about to be filled in again.
    if (percent === undefined) return;
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
              <NumberInput
                key={name}
                aria-label={text.coordinate(index + 1, name)}
                {...{ min: 0, max: 100, step: 0.1 }}
                value={Math.round(1000 * point[axis]!) / 10}
                onChange={(percent) => change(index, axis as 0 | 1, percent)}
              />
            ))}
          </li>
        ))}
      </ol>
    </details>
  );
}
