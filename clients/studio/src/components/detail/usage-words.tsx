import { type Generation, hasEnded } from '@reelql/sdk';
import { bytes, duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import styles from './usage-words.module.css';

/** Rows of one that is alone: with guidance each step computes two. */
const alone = (guided: boolean) => (guided ? 2 : 1);

/** What it took, in sentences. */
export function UsageWords({ generation }: { generation: Generation }) {
  const t = useTranslate();
  const language = useLanguage();
  const { usage, settings, status } = generation;
  if (!usage) return <p className={styles.words}>{t(hasEnded(status) ? 'usage.none' : 'usage.pending')}</p>;
  const { queueSeconds, wallSeconds, computeSeconds, peakBytes, averageBatchRows, resumes, preemptions } = usage;
  const shared = averageBatchRows > alone(settings.guidanceScale > 1) + 0.05;
  const rows = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(averageBatchRows);
  const sentences = [
    t('usage.waited', { duration: duration(queueSeconds, language), wall: duration(wallSeconds, language) }),
    t('usage.computed', { duration: duration(computeSeconds, language) }),
    peakBytes === null ? '' : t('usage.memory', { memory: bytes(peakBytes, language) }),
    averageBatchRows === 0 ? '' : shared ? t('usage.rowsShared', { rows }) : t('usage.rowsAlone'),
    resumes > 0 ? t('usage.resumes', { count: resumes }) : '',
    preemptions > 0 ? t('usage.preemptions', { count: preemptions }) : '',
  ];
  return <p className={styles.words}>{sentences.filter(Boolean).join(language === 'zh' ? '' : ' ')}</p>;
}
