import { useState } from 'preact/hooks';
import { Field } from '../../parts/field.js';

/** A number, or nothing where its default counts. What is half typed stays in the field and changes nothing. */
export function NumberField({
  label,
  hint,
  problem,
  value,
  byDefault,
  min,
  max,
  step,
  onChange,
}: {
  label: string;
  hint?: string;
  problem?: string | undefined;
  value: number | undefined;
  byDefault?: number;
  min: number;
  max: number;
  step: number | 'any';
  onChange: (value: number | undefined) => void;
}) {
  // As typed: `1.` and `1.0` are the same number, and must not be rewritten under one's fingers.
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && same(typed, value) ? typed : (value ?? '');
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <input
          {...ids}
          type="number"
          inputMode="decimal"
          {...{ min, max, step }}
          value={shown}
          placeholder={byDefault === undefined ? '' : String(byDefault)}
          onInput={({ currentTarget: { value: text, valueAsNumber } }) => {
            setTyped(text);
            onChange(Number.isNaN(valueAsNumber) ? undefined : valueAsNumber);
          }}
        />
      )}
    </Field>
  );
}

function same(text: string, value: number | undefined): boolean {
  return text === '' ? value === undefined : Number(text) === value;
}
