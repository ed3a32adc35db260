import { useTranslate } from '../../i18n/index.js';
import { useConnection } from '../../state/connection.js';
import { useQueue } from '../../state/machine.js';
import { navigate } from '../../state/route.js';
import { Button } from '../ui/button.js';
import styles from './header.module.css';

/** What the machine does in a few words, and the way to all of it. */
export function MachineButton() {
  const t = useTranslate();
  const queue = useQueue();
  const connection = useConnection();
  // Without a key nothing is known of it.
  if (connection === 'refused') return null;
  const { running = 0, depth: waiting = 0, paused = false } = queue ?? {};
  const parts = [
    paused ? t('header.paused') : '',
    running > 0 ? t('header.running', { count: running }) : '',
    waiting > 0 ? t('header.waiting', { count: waiting }) : '',
  ].filter(Boolean);
  const text = parts.length > 0 ? parts.join(' · ') : t('header.idle');
  const light = connection === 'lost' ? styles.lost : running > 0 ? styles.busy : '';
  return (
    <Button
      look="outlined"
      className={`${styles.machine} ${light}`}
      aria-label={`${t('header.machine')}: ${text}`}
      title={t('header.machine')}
      onClick={() => navigate({ name: 'machine' })}
    >
      <span className={styles.light} />
      {text}
    </Button>
  );
}
