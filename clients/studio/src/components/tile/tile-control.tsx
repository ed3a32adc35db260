import type { IconName } from '../ui/icon.js';
import { Icon } from '../ui/icon.js';
import styles from './tile.module.css';

/** A small button on a tile. It is in the tab order only with its tile, and a click on it is none on the tile. */
export function TileControl({
  icon,
  label,
  pressed,
  filled = false,
  look = '',
  focusable,
  onPress,
}: {
  icon: IconName;
  label: string;
  pressed?: boolean;
  filled?: boolean;
  look?: string | undefined;
  focusable: boolean;
  onPress: () => void;
}) {
  return (
    <button
      type="button"
      className={`${styles.control} ${look}`}
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      tabIndex={focusable ? 0 : -1}
      onClick={(event) => {
        event.stopPropagation();
        onPress();
      }}
    >
      <Icon name={icon} size={17} filled={filled} />
    </button>
  );
}
