import { useEffect, useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { useConnection } from '../../state/connection.js';
import styles from './connection-banner.module.css';

/** A restart of the server or a change of network takes a moment: nobody needs to hear of that. */
const patienceMs = 1200;

/** Says that the server is away, for as long as it is. The streams find back by themselves. */
export function ConnectionBanner() {
  const t = useTranslate();
  const lost = useConnection() === 'lost';
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    if (!lost) return setVisible(false);
    const timer = setTimeout(() => setVisible(true), patienceMs);
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div role="status">
      {visible && (
        <div className={styles.banner}>
          <span className={styles.spinner} />
          <strong>{t('connection.lost')}</strong>
          <span className={styles.detail}>{t('connection.lostDetail')}</span>
        </div>
      )}
    </div>
  );
}
