import { useMemo } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { useConnection } from '../../state/connection.js';
import { useDoomed } from '../../state/deletion.js';
import { noFilters } from '../../state/filter-of.js';
import { filters } from '../../state/filters.js';
import { gallery, useGallery } from '../../state/gallery.js';
import { Button } from '../ui/button.js';
import styles from './gallery.module.css';
import { GalleryFilters } from './gallery-filters.js';
import { GalleryGrid } from './gallery-grid.js';
import { SelectionBar } from './selection-bar.js';

/** All that was made, the newest first. */
export function Gallery() {
  const t = useTranslate();
  const { items: known, total: counted, loading, failure, filter } = useGallery();
  const doomed = useDoomed();
  const items = useMemo(() => (doomed.size === 0 ? known : known.filter(({ id }) => !doomed.has(id))), [known, doomed]);
  const total = counted === null ? null : Math.max(0, counted - (known.length - items.length));
  const lost = useConnection() === 'lost';
  const filtered = Object.keys(filter).length > 0;
  return (
    <section className={styles.gallery} aria-labelledby="gallery-title">
      <div className={styles.heading}>
        <h2 id="gallery-title">{t('gallery.title')}</h2>
        <span className={styles.count}>{total !== null && total > 0 && t('gallery.count', { count: total })}</span>
        {(filtered || total !== 0) && <GalleryFilters />}
      </div>
      <SelectionBar />
      {items.length > 0 && <GalleryGrid items={items} />}
      {items.length === 0 && total === 0 && !filtered && (
        <div className={styles.note}>
          <h3>{t('gallery.empty')}</h3>
          <p>{t('gallery.emptyDetail')}</p>
        </div>
      )}
      {items.length === 0 && total === 0 && filtered && (
        <div className={styles.note}>
          <h3>{t('gallery.noMatch')}</h3>
          <Button look="outlined" onClick={() => filters.set(noFilters)}>
            {t('gallery.clearFilters')}
          </Button>
        </div>
      )}
      {/* While the server is away the banner says so, and what was there stays. */}
      {failure && !(lost && items.length > 0) && (
        <div className={styles.note} role="alert">
          <h3>{t('gallery.failed')}</h3>
          <p>{failure.message}</p>
          <Button look="outlined" onClick={() => gallery.retry()}>
            {t('gallery.tryAgain')}
          </Button>
        </div>
      )}
      {items.length === 0 && total === null && loading && <Skeleton label={t('gallery.loading')} />}
      {items.length > 0 && loading && <p className={styles.more}>{t('gallery.loading')}</p>}
    </section>
  );
}

function Skeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className={styles.skeleton}>
      {[1, 2, 3, 4, 5, 6, 7, 8].map((place) => (
        <span key={place} />
      ))}
    </div>
  );
}
