import type { Generation } from '@reelql/sdk';
import type { MouseEvent, Ref } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { addressOf } from '../../state/route.js';
import styles from './tile-link.module.css';
import { tileName } from './tile-name.js';

/** The way from a tile to its video: over all of the tile but its buttons, and named by what the tile shows. */
export function TileLink({
  generation,
  focusable = true,
  ref,
  onOpen,
}: {
  generation: Generation;
  focusable?: boolean;
  ref?: Ref<HTMLAnchorElement>;
  onOpen: (event: MouseEvent) => void;
}) {
  const t = useTranslate();
  return (
    <a
      ref={ref}
      className={styles.link}
      href={addressOf({ name: 'detail', id: generation.id })}
      aria-label={tileName(generation, t)}
      aria-description={generation.failure?.message}
      tabIndex={focusable ? 0 : -1}
      draggable={false}
      onClick={(event) => {
        event.preventDefault();
        onOpen(event);
      }}
    />
  );
}
