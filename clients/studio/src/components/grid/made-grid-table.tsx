import { hasEnded } from '@reelql/sdk';
import type { CSSProperties } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { useGeneration, useGenerations } from '../../state/generation.js';
import type { Axis } from '../../state/grid-axes.js';
import { closeOverlay } from '../../state/overlay.js';
import type { MadeGrid } from '../../state/parameter-grid.js';
import { navigate } from '../../state/route.js';
import { Tile } from '../tile/tile.js';
import { TileLink } from '../tile/tile-link.js';
import styles from './grid.module.css';

/** The videos of a grid under what they were made with, filling as they are made. */
export function MadeGridTable({ grid }: { grid: MadeGrid }) {
  const t = useTranslate();
  const { ids, columns, rows, columnAxis, rowAxis, prompt } = grid;
  const done = useGenerations(ids).filter(({ status }) => hasEnded(status)).length;
  const nameOf = (axis: Axis) => t(`grid.axis.${axis.name}`);
  return (
    <div className={styles.made}>
      <p className={styles.summary}>
        <span>{prompt}</span>
        <output>{t('grid.done', { done, count: ids.length })}</output>
      </p>
      <div className={styles.scroll}>
        <table style={{ '--columns': columns.length } as CSSProperties}>
          <thead>
            <tr>
              {rowAxis && <td />}
              {columns.map((column) => (
                <th key={column} scope="col">
                  <small>{nameOf(columnAxis)}</small> {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, down) => (
              <tr key={row}>
                {rowAxis && (
                  <th scope="row">
                    <small>{nameOf(rowAxis)}</small> {row}
                  </th>
                )}
                {columns.map((column, across) => (
                  <td key={column}>
                    <Cell id={ids[down * columns.length + across] ?? ''} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Cell({ id }: { id: string }) {
  const t = useTranslate();
  const generation = useGeneration(id);
  if (!generation) return <div className={styles.gone}>{generation === null ? t('grid.gone') : ''}</div>;
  const { settings } = generation;
  const open = () => {
    closeOverlay();
    navigate({ name: 'detail', id });
  };
  return (
    <div className={styles.cell} style={{ aspectRatio: `${settings.width} / ${settings.height}` }}>
      <Tile generation={generation} focused selected={false} selecting={false}>
        <TileLink generation={generation} onOpen={open} />
      </Tile>
    </div>
  );
}
