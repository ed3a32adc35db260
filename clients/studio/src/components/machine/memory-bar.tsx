import type { Device } from '@reelql/sdk';
import { bytes } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { memoryParts } from '../../state/memory-parts.js';
import styles from './memory-bar.module.css';

/** A device's memory as one bar, and in words under it. */
export function MemoryBar({ device }: { device: Device }) {
  const t = useTranslate();
  const language = useLanguage();
  const parts = memoryParts(device);
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  return (
    <figure className={styles.memory} aria-label={t('machine.memory', { device: device.name })}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ name, bytes: size }) => (
          <span key={name} className={styles[name]} style={{ flexGrow: total > 0 ? size / total : 0 }} />
        ))}
      </div>
      <dl>
        {parts.map(({ name, bytes: size }) => (
          <div key={name} title={t(`machine.help.${name}`)}>
            <dt className={styles[name]}>{t(`machine.${name}`)}</dt>
            <dd>{bytes(size, language)}</dd>
          </div>
        ))}
        <div>
          <dt className={styles.total}>{t('machine.all')}</dt>
          <dd>{bytes(total, language)}</dd>
        </div>
      </dl>
    </figure>
  );
}
