import { hasEnded } from '@reelql/sdk';
import { duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { useGeneration } from '../../state/generation.js';
import { useLive } from '../../state/live.js';
import { navigate } from '../../state/route.js';
import styles from './device-card.module.css';

/** One that a device works on, step by step. */
export function RunningRow({ id }: { id: string }) {
  const t = useTranslate();
  const language = useLanguage();
  const generation = useGeneration(id);
  const { progress, preview } = useLive(id, generation ? hasEnded(generation.status) : true);
  if (!generation) return null;
  const { phase, step, totalSteps, fraction, secondsRemaining } = progress ?? generation.progress;
  return (
    <li>
      <button type="button" onClick={() => navigate({ name: 'detail', id }, { replace: true })}>
        {preview ? <img src={`data:${preview.mimeType};base64,${preview.data}`} alt="" /> : <i />}
        <span className={styles.what}>{promptText(generation.prompt, t)}</span>
        <span className={styles.how}>
          {phase === 'DENOISING' ? t('tile.step', { step, total: totalSteps }) : t(`phase.${phase}`)}
          {secondsRemaining !== null &&
            ` · ${t('tile.secondsLeft', { duration: duration(secondsRemaining, language) })}`}
        </span>
        <span className={styles.bar} style={{ scale: `${fraction} 1` }} />
      </button>
    </li>
  );
}
