import { useTranslate } from '../../i18n/index.js';
import { RangeInput } from './controls.js';
import { type Complaint, Field } from './field.js';

/** A setting that is one number on a slider. */
export function RangeField({
  field,
  complaints = [],
  value,
  ...slider
}: {
  field: 'fps' | 'steps' | 'guidanceScale' | 'guidanceRescale' | 'shift' | 'cacheSteps';
  complaints?: readonly Complaint[] | undefined;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
}) {
  const t = useTranslate();
  const name = t(`field.${field}`);
  return (
    <Field name={name} help={t(`help.${field}`)} value={String(value)} complaints={complaints}>
      <RangeInput label={name} value={value} {...slider} />
    </Field>
  );
}
