import { bytes, duration } from '../../i18n/format.js';
import { type Language, type Translate, useLanguage, useTranslate } from '../../i18n/index.js';
import type { Estimated } from '../../state/estimate.js';
import { Button } from '../ui/button.js';
import styles from './generate-button.module.css';

/** Asks for the video, and says beforehand what that will cost. */
export function GenerateButton({
  estimated,
  generating,
  onGenerate,
}: {
  estimated: Estimated;
  generating: boolean;
  onGenerate: () => void;
}) {
  const t = useTranslate();
  const language = useLanguage();
  const { short, long } = wordsFor(estimated, t, language);
  return (
    <Button
      look="primary"
      className={styles.button}
      aria-describedby="estimate"
      aria-busy={generating}
      title={long}
      onClick={onGenerate}
    >
      <span>{generating ? t('composer.generating') : t('composer.generate')}</span>
      {/* Hidden from the name, which would change with every estimate; it is the description. */}
      <span id="estimate" aria-hidden="true" className={styles.estimate}>
        {short}
      </span>
    </Button>
  );
}

function wordsFor(estimated: Estimated, t: Translate, language: Language): { short: string; long?: string } {
  if (estimated.state === 'unknown') return { short: '' };
  if (estimated.state === 'refused') return { short: t('estimate.refused') };
  const { estimate } = estimated.estimate;
  if (estimate === null) return { short: t('estimate.learning') };
  const time = t('estimate.about', { duration: duration(estimate.seconds, language) });
  const memory = bytes(estimate.peakBytes, language);
  const waits = estimate.queueSeconds >= 1;
  const queue = waits
    ? t('estimate.queue', { duration: duration(estimate.queueSeconds, language) })
    : t('estimate.now');
  const low = duration(estimate.lowSeconds, language);
  const high = duration(estimate.highSeconds, language);
  return {
    short: [time, memory, ...(waits ? [queue] : [])].join(' · '),
    long: `${t('estimate.title', { duration: duration(estimate.seconds, language), memory, queue })}. ${t('estimate.range', { low, high })}.`,
  };
}
