import type { Generation } from '@reelql/sdk';
import { duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { navigate } from '../../state/route.js';
import { intervalText, samplerNames, seconds } from '../../state/settings.js';
import { Button } from '../ui/button.js';
import styles from './facts.module.css';

/** Every setting that it was made with. */
export function Facts({ generation }: { generation: Generation }) {
  const t = useTranslate();
  const language = useLanguage();
  const { settings, modelName, negativePrompt, adjustments, warnings, createdAt, outputs } = generation;
  const { remixedFrom, retriedFrom } = generation;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const { width, height, frameCount, fps, steps, guidanceScale, guidanceRescale, sampler, shift, seed } = settings;
  const { guidanceInterval, cacheSteps } = settings;
  const rows: readonly (readonly [string, string])[] = [
    [t('field.size'), `${width} × ${height}`],
    ...(outputs.crop ? [[t('outputs.crop'), t('outputs.area', outputs.crop)] as const] : []),
    [t('field.length'), t('length.entry', { duration: duration(seconds(settings), language), count: frameCount })],
    [t('field.fps'), number.format(fps)],
    [t('field.steps'), number.format(steps)],
    [t('field.guidanceScale'), number.format(guidanceScale)],
    ...(guidanceRescale ? [[t('field.guidanceRescale'), number.format(guidanceRescale)] as const] : []),
    [t('field.sampler'), samplerNames[sampler]],
    [t('field.shift'), number.format(shift)],
    ...(guidanceInterval ? [[t('field.guidanceInterval'), intervalText(guidanceInterval)] as const] : []),
    ...(cacheSteps ? [[t('field.cacheSteps'), String(cacheSteps)] as const] : []),
    [t('field.seed'), String(seed)],
    [t('field.model'), modelName],
    [t('detail.created'), new Date(createdAt).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })],
  ];
  return (
    <section className={styles.facts} aria-label={t('detail.about')}>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {negativePrompt !== '' && <p className={styles.aside}>{t('detail.negative', { text: negativePrompt })}</p>}
      {adjustments.map(({ field, from, to, reason }) => (
        <p key={field} className={styles.changed}>
          {t('detail.adjusted', { field, from, to, reason })}
        </p>
      ))}
      {warnings.map(({ field, message }) => (
        <p key={field} className={styles.changed}>
          {message}
        </p>
      ))}
      {remixedFrom && <Origin id={remixedFrom.id} text={t('detail.remixOf')} />}
      {retriedFrom && <Origin id={retriedFrom.id} text={t('detail.retryOf')} />}
    </section>
  );
}

function Origin({ id, text }: { id: string; text: string }) {
  return (
    <Button className={styles.origin} onClick={() => navigate({ name: 'detail', id }, { replace: true })}>
      {text}
    </Button>
  );
}
