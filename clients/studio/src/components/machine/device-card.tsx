import type { Device } from '@reelql/sdk';
import type { MessageKey } from '../../i18n/en.js';
import { bytes } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import styles from './device-card.module.css';
import { MemoryBar } from './memory-bar.js';
import { RunningRow } from './running-row.js';

/** Networks whose names we have words for. */
const known = ['textEncoder', 'denoiser', 'vae'];

/** A device: what it works on, and what its memory holds. */
export function DeviceCard({ device }: { device: Device }) {
  const t = useTranslate();
  const language = useLanguage();
  const { name, status, running, loaded } = device;
  return (
    <article className={styles.card}>
      <header>
        <h3>{name}</h3>
        <span className={`${styles.status} ${styles[status.toLowerCase()] ?? ''}`}>
          {t(`machine.status.${status}`)}
        </span>
      </header>
      <MemoryBar device={device} />
      <div className={styles.loaded}>
        {loaded.length === 0 && <span className={styles.muted}>{t('machine.nothingLoaded')}</span>}
        {loaded.map(({ model, component, bytes: size }) => (
          <span key={`${model.id}/${component}`} className={styles.network}>
            {known.includes(component) ? t(`machine.component.${component}` as MessageKey) : component}
            <small>
              {model.name} · {bytes(size, language)}
            </small>
          </span>
        ))}
      </div>
      <p className={styles.muted}>
        {running.length > 0
          ? t('machine.runs', { count: running.length })
          : t(status === 'BUSY' ? 'machine.othersRun' : 'machine.idle')}
      </p>
      <ul className={styles.running}>
        {running.map(({ id }) => (
          <RunningRow key={id} id={id} />
        ))}
      </ul>
    </article>
  );
}
