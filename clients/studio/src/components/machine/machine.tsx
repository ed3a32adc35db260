import { useTranslate } from '../../i18n/index.js';
import { setPaused, useDevices } from '../../state/devices.js';
import { useQueue } from '../../state/machine.js';
import { goHome } from '../../state/route.js';
import { attempt } from '../tile/attempt.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { Panel } from '../ui/panel.js';
import { DeviceCard } from './device-card.js';
import styles from './machine.module.css';
import { WaitingList } from './waiting-list.js';

/** What runs where, what lies in which memory, and what waits, as it changes. */
export default function Machine() {
  const t = useTranslate();
  const devices = useDevices();
  const queue = useQueue();
  return (
    <Panel title={t('machine.title')} close={t('machine.close')} shape="side" onClose={goHome}>
      <div className={styles.machine}>
        <section aria-label={t('machine.devices')}>
          {devices.map((device) => (
            <DeviceCard key={device.id} device={device} />
          ))}
        </section>
        <section aria-labelledby="machine-queue">
          <div className={styles.heading}>
            <h3 id="machine-queue">{t('machine.queue')}</h3>
            {queue && (
              <>
                <span>{t('machine.room', { waiting: queue.depth, capacity: queue.capacity })}</span>
                <Button
                  look={queue.paused ? 'primary' : 'outlined'}
                  onClick={() => attempt(t, () => setPaused(!queue.paused))}
                >
                  <Icon name={queue.paused ? 'play' : 'pause'} size={16} />
                  {t(queue.paused ? 'machine.resume' : 'machine.pause')}
                </Button>
              </>
            )}
          </div>
          {queue?.paused && (
            <p className={styles.paused} role="status">
              {t('machine.paused')}
            </p>
          )}
          <WaitingList />
        </section>
      </div>
    </Panel>
  );
}
