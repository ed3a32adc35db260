import { useTranslate } from '../../i18n/index.js';
import { useHotkey } from '../../state/hotkeys.js';
import { useOverlay } from '../../state/overlay.js';
import { useRoute } from '../../state/route.js';
import { clearSelection, useSelection } from '../../state/selection.js';
import { useCommands } from '../commands/use-commands.js';
import { Button, IconButton } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import styles from './selection-bar.module.css';

/** What can be done with the chosen ones. */
export function SelectionBar() {
  const t = useTranslate();
  const commands = useCommands();
  const { selected } = useSelection();
  const covered = useOverlay() !== null;
  useHotkey('close', clearSelection, useRoute().name === 'gallery' && !covered);
  if (selected.length === 0) return null;
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('gallery.selected', { count: selected.length })}>
      <span className={styles.count} role="status">
        {t('gallery.selected', { count: selected.length })}
      </span>
      {selected.length > 1 && (
        <Button onClick={() => commands.compare(selected)}>
          <Icon name="compare" size={16} />
          {t('do.compare')}
        </Button>
      )}
      <Button onClick={() => commands.star(selected)}>
        <Icon name="star" size={16} />
        {t('tile.star')}
      </Button>
      <Button onClick={() => commands.delete(selected)}>
        <Icon name="trash" size={16} />
        {t('do.delete')}
      </Button>
      <IconButton icon="close" label={t('gallery.clearSelection')} onClick={clearSelection} />
    </div>
  );
}
