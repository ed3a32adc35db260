import { useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { useDraft } from '../../state/composer.js';
import { mostCells, valuesOf } from '../../state/grid-axes.js';
import { makeGrid, plan, usePlan } from '../../state/parameter-grid.js';
import { attempt } from '../tile/attempt.js';
import { Button } from '../ui/button.js';
import { AxisFields } from './axis-fields.js';
import styles from './grid.module.css';

/** Which two settings differ, and how. All else is what is in the form. */
export function GridPlanForm({ onMade }: { onMade: () => void }) {
  const t = useTranslate();
  const { prompt } = useDraft();
  const { columns, rows } = usePlan();
  const [busy, setBusy] = useState(false);
  const count = valuesOf(columns).length * (rows ? valuesOf(rows).length : 1);
  const make = async () => {
    setBusy(true);
    await attempt(t, async () => {
      await makeGrid();
      onMade();
    });
    setBusy(false);
  };
  const obstacle =
    prompt.trim() === ''
      ? t('grid.noPrompt')
      : count === 0
        ? t('grid.none')
        : count > mostCells
          ? t('grid.tooMany', { count, most: mostCells })
          : null;
  return (
    <div className={styles.plan}>
      <p className={styles.lead}>{t('grid.lead')}</p>
      {prompt.trim() !== '' && <blockquote className={styles.prompt}>{prompt}</blockquote>}
      <AxisFields
        title={t('grid.columns')}
        axis={columns}
        onAxis={(axis) => plan.set((before) => ({ ...before, columns: axis }))}
      />
      <label className={styles.oneRow}>
        <input
          type="checkbox"
          checked={rows === null}
          onChange={({ target }) =>
            plan.set((before) => ({
              ...before,
              rows: target.checked ? null : { name: 'guidanceScale', text: '1, 3, 6', replaces: '' },
            }))
          }
        />
        {t('grid.oneRow')}
      </label>
      {rows && (
        <AxisFields
          title={t('grid.rows')}
          axis={rows}
          onAxis={(axis) => plan.set((before) => ({ ...before, rows: axis }))}
        />
      )}
      <div className={styles.end}>
        <span role="status" className={styles.obstacle}>
          {obstacle}
        </span>
        <Button look="primary" disabled={busy || obstacle !== null} onClick={make}>
          {t('grid.make', { count })}
        </Button>
      </div>
    </div>
  );
}
