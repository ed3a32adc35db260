import { useId } from 'react';
import styles from './controls.module.css';

/** A number that may be empty or wrong while it is typed: the server says what is allowed, next to it. */
export function NumberInput({
  label,
  value,
  step = 1,
  min,
  max,
  invalid = false,
  onChange,
}: {
  label: string;
  value: number;
  step?: number | 'any';
  min?: number;
  max?: number;
  invalid?: boolean;
  onChange: (value: number) => void;
}) {
  return (
    <input
      className={styles.number}
      type="number"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={invalid}
      value={value}
      step={step}
      min={min}
      max={max}
      onChange={({ target }) => {
        if (!Number.isNaN(target.valueAsNumber)) onChange(target.valueAsNumber);
      }}
    />
  );
}

export function RangeInput({
  label,
  value,
  min,
  max,
  step,
  onChange,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
}) {
  return (
    <input
      className={styles.range}
      type="range"
      aria-label={label}
      value={value}
      min={min}
      max={max}
      step={step}
      onChange={({ target }) => onChange(target.valueAsNumber)}
    />
  );
}

/** Few choices side by side: one of them (radio buttons) or any of them (checkboxes). */
export function Choices<Choice extends string>({
  label,
  choices,
  chosen,
  several = false,
  onChoose,
}: {
  label: string;
  choices: readonly (readonly [Choice, string])[];
  chosen: readonly Choice[];
  several?: boolean;
  onChoose: (choice: Choice) => void;
}) {
  const name = useId();
  return (
    <div className={styles.choices} role={several ? 'group' : 'radiogroup'} aria-label={label}>
      {choices.map(([choice, text]) => (
        <label key={choice} className={styles.choice}>
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(choice)}
            onChange={() => onChoose(choice)}
          />
          <span>{text}</span>
        </label>
      ))}
    </div>
  );
}
