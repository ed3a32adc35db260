import {
  DoesNotFitError,
  InvalidInputError,
  QueueFullError,
  QuotaExceededError,
  RateLimitedError,
  type ReelQLError,
} from '@reelql/sdk';
import { useEffect, useState } from 'react';
import { bytes, duration } from '../../i18n/format.js';
import type { Language } from '../../i18n/index.js';
import { type Translate, useLanguage, useTranslate } from '../../i18n/index.js';
import { choose } from '../../state/composer.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import styles from './problem-notice.module.css';

/** Why there is no video yet, and the one thing to do about it. */
export function ProblemNotice({ problem, onRetry }: { problem: ReelQLError; onRetry: (() => void) | null }) {
  const t = useTranslate();
  const language = useLanguage();
  const [title, detail] = wordsFor(problem, t, language);
  const wait = useCountdown(problem);
  const transient =
    problem instanceof QueueFullError || problem instanceof RateLimitedError || problem.code === 'CONNECTION';
  const smaller = problem instanceof DoesNotFitError ? problem.largestThatFits : null;
  return (
    <div className={styles.notice} role="alert">
      <span className={styles.icon}>
        <Icon name="alert" />
      </span>
      <div className={styles.text}>
        <strong>{title}</strong>
        <span>{detail}</span>
      </div>
      {smaller && (
        <Button
          look="primary"
          onClick={() => choose({ width: smaller.width, height: smaller.height, frameCount: smaller.frameCount })}
        >
          {t('problem.DOES_NOT_FIT.use', {
            width: String(smaller.width),
            height: String(smaller.height),
            count: smaller.frameCount,
          })}
        </Button>
      )}
      {wait > 0 && <span>{t('problem.retryIn', { duration: duration(wait, language) })}</span>}
      {transient && onRetry && (
        <Button look="outlined" disabled={problem instanceof RateLimitedError && wait > 0} onClick={onRetry}>
          {t('problem.retry')}
        </Button>
      )}
    </div>
  );
}

function wordsFor(problem: ReelQLError, t: Translate, language: Language): readonly [title: string, detail: string] {
  if (problem instanceof DoesNotFitError) {
    const { requiredBytes, availableBytes, largestThatFits } = problem;
    const required = bytes(requiredBytes, language);
    const sizes = t('problem.DOES_NOT_FIT.detail', { required, available: bytes(availableBytes, language) });
    return [t('problem.DOES_NOT_FIT'), largestThatFits ? sizes : `${sizes} ${t('problem.DOES_NOT_FIT.none')}`];
  }
  if (problem instanceof QueueFullError) {
    return [t('problem.QUEUE_FULL'), t('problem.QUEUE_FULL.detail', { count: problem.capacity })];
  }
  if (problem instanceof QuotaExceededError) {
    const { quota, limit } = problem;
    return [t('problem.QUOTA_EXCEEDED'), t(`problem.QUOTA_EXCEEDED.${quota}`, { limit })];
  }
  if (problem instanceof InvalidInputError) {
    return [t('problem.INVALID_INPUT'), problem.issues.map(({ message }) => message).join(' ')];
  }
  switch (problem.code) {
    case 'CONNECTION':
      return [t('problem.CONNECTION'), t('problem.CONNECTION.detail')];
    case 'RATE_LIMITED':
    case 'FORBIDDEN':
    case 'UNAUTHENTICATED':
    case 'UNUSABLE_UPLOAD':
      return [t(`problem.${problem.code}`), problem.message];
    default:
      return [t('problem.other'), problem.message];
  }
}

/** Whole seconds until the server may be asked again; none where it does not say. */
function useCountdown(problem: ReelQLError): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const seconds = 'retryAfterSeconds' in problem ? Number(problem.retryAfterSeconds) : 0;
    const until = performance.now() + seconds * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [problem]);
  return left;
}
