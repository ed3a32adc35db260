import { useTranslate } from '../../i18n/index.js';
import { choose } from '../../state/composer.js';
import { intervalText, type Settings } from '../../state/settings.js';
import type { Complaints } from './complaints.js';
import { RangeInput } from './controls.js';
import { Field } from './field.js';
import { RangeField } from './range-field.js';

const whole = { start: 0, end: 1 };

/** What leaves computing out, and changes the video a little for it. */
export function ShortcutFields({ settings, complaints }: { settings: Settings; complaints: Complaints }) {
  const t = useTranslate();
  const { guidanceInterval, cacheSteps } = settings;
  const { start, end } = guidanceInterval ?? whole;
  const guide = (interval: typeof whole) =>
    choose({ guidanceInterval: interval.start === 0 && interval.end === 1 ? null : interval });
  return (
    <>
      <Field
        name={t('field.guidanceInterval')}
        help={t('help.guidanceInterval')}
        value={intervalText(guidanceInterval)}
        complaints={complaints.guidanceInterval ?? []}
      >
        <RangeInput
          label={t('field.guidanceStart')}
          value={start}
          min={0}
          max={0.5}
          step={0.05}
          onChange={(value) => guide({ start: value, end })}
        />
        <RangeInput
          label={t('field.guidanceEnd')}
          value={end}
          min={0.55}
          max={1}
          step={0.05}
          onChange={(value) => guide({ start, end: value })}
        />
      </Field>
      <RangeField
        field="cacheSteps"
        complaints={complaints.cacheSteps}
        value={cacheSteps ?? 0}
        min={0}
        max={3}
        step={1}
        onChange={(value) => choose({ cacheSteps: value === 0 ? null : value })}
      />
    </>
  );
}
