import { cameras, rules } from '../data/state.js';
import { words } from '../words.js';

interface SelectProps {
  /** null: all. */
  value: string | null;
  onChange: (id: string | null) => void;
  label: string;
}

/** Chooses a camera, or all. */
export function CameraSelect(props: SelectProps) {
  return <Select {...props} all={words.allCameras} options={cameras.value} />;
}

/** Chooses a rule in force, or all. */
export function RuleSelect(props: SelectProps) {
  return <Select {...props} all={words.allRules} options={rules.value} />;
}

function Select({
  value,
  onChange,
  label,
  all,
  options,
}: SelectProps & { all: string; options: readonly { id: string; name: string }[] }) {
  // One that is gone may still be asked for: of the past there is more.
  const isKnown = value === null || options.some(({ id }) => id === value);
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
    >
      <option value="">{all}</option>
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
      {!isKnown && <option value={value}>{value}</option>}
    </select>
  );
}
