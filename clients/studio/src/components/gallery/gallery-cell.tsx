import { hasEnded } from '@reelql/sdk';
import { type MouseEvent, memo, useEffect, useRef, useState } from 'react';
import { gallery } from '../../state/gallery.js';
import { useListedGeneration } from '../../state/generation.js';
import { Tile, type TileState } from '../tile/tile.js';
import { TileLink } from '../tile/tile-link.js';
import styles from './gallery-grid.module.css';

export interface CellActions {
  readonly open: (id: string) => void;
  readonly toggle: (id: string) => void;
  readonly extend: (id: string) => void;
  readonly focus: (id: string) => void;
}

/** A tile's place in the grid: reads its generation from the cache, takes clicks and the focus. */
export const GalleryCell = memo(function GalleryCell({
  id,
  column,
  left,
  width,
  tabbable,
  takeFocus,
  actions,
  ...state
}: Omit<TileState, 'active'> & {
  id: string;
  column: number;
  left: number;
  width: number;
  /** The grid's one stop for Tab. */
  tabbable: boolean;
  /** The keyboard has just moved here. */
  takeFocus: boolean;
  actions: CellActions;
}) {
  const generation = useListedGeneration(id);
  useEffect(() => {
    if (generation === null) gallery.remove(new Set([id]));
  }, [generation, id]);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (takeFocus) link.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  const [inside, setInside] = useState(false);
  const open = (event: MouseEvent) => {
    if (event.shiftKey) actions.extend(id);
    else if (event.ctrlKey || event.metaKey) actions.toggle(id);
    else actions.open(id);
  };
  return (
    <div
      role="gridcell"
      className={styles.cell}
      style={{ left, width }}
      aria-colindex={column}
      aria-selected={state.selected}
      aria-busy={generation != null && !hasEnded(generation.status)}
      onFocus={() => {
        setInside(true);
        actions.focus(id);
      }}
      onBlur={() => setInside(false)}
    >
      {generation && (
        <Tile {...state} active={inside} generation={generation} onToggle={() => actions.toggle(id)}>
          <TileLink ref={link} generation={generation} focusable={tabbable} onOpen={open} />
        </Tile>
      )}
    </div>
  );
});
