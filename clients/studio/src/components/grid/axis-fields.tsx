import { useTranslate } from '../../i18n/index.js';
import { type Axis, type AxisName, axisNames, valuesOf } from '../../state/grid-axes.js';
import styles from './grid.module.css';

/** An axis to begin with, for each kind. */
const examples: Readonly<Record<AxisName, string>> = {
  steps: '6, 12, 20',
  guidanceScale: '1, 3, 6',
  shift: '3, 5, 8',
  seed: '1..4',
  fps: '8, 16, 24',
  sampler: 'UNIPC, EULER, DMD',
  words: '',
};

/** What differs along an axis, and the values as they are understood. */
export function AxisFields({ title, axis, onAxis }: { title: string; axis: Axis; onAxis: (axis: Axis) => void }) {
  const t = useTranslate();
  const { name, text, replaces } = axis;
  return (
    <fieldset className={styles.axis}>
      <legend>{title}</legend>
      <select
        aria-label={title}
        value={name}
        onChange={({ target }) => {
          const chosen = target.value as AxisName;
          onAxis({ name: chosen, text: examples[chosen], replaces: '' });
        }}
      >
        {axisNames.map((one) => (
          <option key={one} value={one}>
            {t(`grid.axis.${one}`)}
          </option>
        ))}
      </select>
      <input
        aria-label={t('grid.values')}
        placeholder={t('grid.valuesHint')}
        title={t('grid.valuesHint')}
        value={text}
        spellCheck={false}
        onChange={({ target }) => onAxis({ ...axis, text: target.value })}
      />
      {name === 'words' && (
        <input
          className={styles.replaces}
          aria-label={t('grid.replaces')}
          placeholder={`${t('grid.replaces')}: ${t('grid.replacesHint')}`}
          value={replaces}
          onChange={({ target }) => onAxis({ ...axis, replaces: target.value })}
        />
      )}
      <div className={styles.values}>
        {valuesOf(axis).map((value) => (
          <span key={value}>{value}</span>
        ))}
      </div>
    </fieldset>
  );
}
