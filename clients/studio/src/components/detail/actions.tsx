import { type Generation, hasEnded } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { useCommands } from '../commands/use-commands.js';
import { Button, IconButton } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import styles from './actions.module.css';

/** What can be done with it, the likeliest first. */
export function Actions({ generation, onEdit }: { generation: Generation; onEdit: () => void }) {
  const t = useTranslate();
  const commands = useCommands();
  const { id, status, starred } = generation;
  const ids = [id];
  const ended = hasEnded(status);
  return (
    <div className={styles.actions}>
      <Button look="primary" title={t('do.remix.hint')} onClick={() => commands.remix(ids)}>
        <Icon name="spark" size={18} />
        {t('do.remix')}
      </Button>
      <Button look="outlined" title={t('do.reuse.hint')} onClick={() => commands.reuse(ids)}>
        {t('do.reuse')}
      </Button>
      <Button look="outlined" title={t('do.variations.hint')} onClick={() => commands.variations(ids)}>
        {t('do.variations')}
      </Button>
      {status === 'SUCCEEDED' && (
        <Button look="outlined" onClick={onEdit}>
          <Icon name="crop" size={18} />
          {t('do.edit')}
        </Button>
      )}
      {(status === 'FAILED' || status === 'CANCELED') && (
        <Button look="outlined" onClick={() => commands.retry(ids)}>
          <Icon name="retry" size={18} />
          {t('do.retry')}
        </Button>
      )}
      {!ended && (
        <Button look="outlined" onClick={() => commands.cancel(ids)}>
          <Icon name="close" size={18} />
          {t('do.cancel')}
        </Button>
      )}
      <IconButton
        icon="star"
        filled={starred}
        label={starred ? t('do.unstar') : t('do.star')}
        aria-pressed={starred}
        className={starred ? styles.starred : ''}
        onClick={() => commands.star(ids)}
      />
      <IconButton icon="trash" label={t('do.delete')} onClick={() => commands.delete(ids)} />
    </div>
  );
}
