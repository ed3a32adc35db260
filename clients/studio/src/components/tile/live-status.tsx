import type { Progress } from '@reelql/sdk';
import { duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import styles from './live-status.module.css';
import { useSecondsLeft } from './use-seconds-left.js';

/** Where an unfinished generation is: its place in the queue, or phase, step, time left and a bar. */
export function LiveStatus({
  prompt,
  progress,
  resumedFrom,
}: {
  prompt: string;
  progress: Progress;
  resumedFrom: number | null;
}) {
  const t = useTranslate();
  const language = useLanguage();
  const left = useSecondsLeft(progress);
  const { phase, step, totalSteps, fraction, queuePosition } = progress;
  const waiting = phase === 'WAITING';
  const rest =
    waiting && queuePosition !== null
      ? t('tile.position', { position: queuePosition })
      : phase === 'DENOISING'
        ? t('tile.step', { step, total: totalSteps })
        : '';
  const percent = Math.round(fraction * 100);
  return (
    <div className={styles.status}>
      <p className={styles.prompt}>{promptText(prompt, t)}</p>
      <div className={styles.line}>
        <span className={styles.phase}>{t(`phase.${phase}`)}</span>
        {rest !== '' && <span className={styles.rest}>{rest}</span>}
        {left !== null && !waiting && (
          <span className={`${styles.rest} ${styles.left}`}>
            {t('tile.secondsLeft', { duration: duration(left, language) })}
          </span>
        )}
      </div>
      {resumedFrom !== null && resumedFrom > 0 && !waiting && (
        <div className={styles.rest}>{t('tile.resumed', { step: resumedFrom })}</div>
      )}
      <div
        className={styles.bar}
        role="progressbar"
        aria-label={t('tile.progress', { prompt: promptText(prompt, t) })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <div className={styles.done} style={{ scale: `${fraction} 1` }} />
      </div>
    </div>
  );
}
