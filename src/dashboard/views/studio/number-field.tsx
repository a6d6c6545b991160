import { useState } from 'preact/hooks';
import { Field } from '../../parts/field.js';

interface NumberProps {
  value: number | undefined;
  byDefault?: number;
  min: number;
  max: number;
  step: number | 'any';
  onChange: (value: number | undefined) => void;
}

/** A number, or nothing where its default counts, with a label above it. */
export function NumberField({
  label,
  hint,
  problem,
  ...number
}: NumberProps & { label: string; hint?: string; problem?: string | undefined }) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => <NumberInput {...ids} {...number} />}
    </Field>
  );
}

/** What is half typed stays as it is. */
export function NumberInput({
  value,
  byDefault,
  min,
  max,
  step,
  onChange,
  ...attributes
}: NumberProps & { id?: string; 'aria-label'?: string }) {
  // As typed: `1.` and `1.0` are the same number, and must not be rewritten under one's fingers.
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && same(typed, value) ? typed : (value ?? '');
  return (
    <input
      {...attributes}
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
  );
}

function same(text: string, value: number | undefined): boolean {
  return text === '' ? value === undefined : Number(text) === value;
}
