import { type Generation, hasEnded } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { useLive } from '../../state/live.js';
import { Tile } from '../tile/tile.js';
import { tileName } from '../tile/tile-name.js';
import styles from './progress.module.css';

/** What there is to see of one that has no video yet, or will have none. */
export function Progress({ generation }: { generation: Generation }) {
  const t = useTranslate();
  const { id, status, settings } = generation;
  // Keeps the stream open while the tile is one of several that look.
  useLive(id, hasEnded(status));
  return (
    <div
      className={styles.screen}
      style={{ aspectRatio: `${settings.width} / ${settings.height}` }}
      role="group"
      aria-label={tileName(generation, t)}
    >
      <Tile generation={generation} focused selected={false} selecting={false} />
    </div>
  );
}
