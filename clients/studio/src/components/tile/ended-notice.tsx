import type { Generation } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { Icon } from '../ui/icon.js';
import styles from './ended-notice.module.css';

/** In place of a video that there is none of: why, and another try. */
export function EndedNotice({
  generation,
  focusable,
  onRetry,
}: {
  generation: Generation;
  focusable: boolean;
  onRetry: () => void;
}) {
  const t = useTranslate();
  const { failure, prompt } = generation;
  return (
    <div className={styles.notice}>
      <span className={`${styles.title} ${failure ? styles.failed : styles.canceled}`}>
        <Icon name={failure ? 'alert' : 'close'} size={16} />
        {failure ? t(`failure.${failure.code}`) : t('tile.canceled')}
      </span>
      <span className={styles.text} title={failure?.message ?? prompt}>
        {failure?.message ?? promptText(prompt, t)}
      </span>
      <button
        type="button"
        className={styles.retry}
        tabIndex={focusable ? 0 : -1}
        onClick={(event) => {
          event.stopPropagation();
          onRetry();
        }}
      >
        <Icon name="retry" size={14} />
        {t('tile.retry')}
      </button>
    </div>
  );
}
