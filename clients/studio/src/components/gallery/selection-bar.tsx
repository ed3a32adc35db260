import { useTranslate } from '../../i18n/index.js';
import { star } from '../../state/actions.js';
import { clearSelection, useSelection } from '../../state/selection.js';
import { attempt } from '../tile/attempt.js';
import { Button, IconButton } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import styles from './selection-bar.module.css';

/** What can be done with the chosen ones. */
export function SelectionBar() {
  const t = useTranslate();
  const { selected } = useSelection();
  if (selected.length === 0) return null;
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('gallery.selected', { count: selected.length })}>
      <span className={styles.count} role="status">
        {t('gallery.selected', { count: selected.length })}
      </span>
      <Button onClick={() => attempt(t, () => Promise.all(selected.map((id) => star(id, true))))}>
        <Icon name="star" size={16} />
        {t('tile.star')}
      </Button>
      <IconButton icon="close" label={t('gallery.clearSelection')} onClick={clearSelection} />
    </div>
  );
}
