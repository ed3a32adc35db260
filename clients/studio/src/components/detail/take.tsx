import type { Generation } from '@reelql/sdk';
import { toast } from 'sonner';
import { bytes } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { type SnippetKind, snippet, snippetKinds } from '../../state/snippets.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import detail from './detail.module.css';
import styles from './take.module.css';

const names: Readonly<Record<string, string>> = {
  'video/mp4': 'MP4',
  'video/webm': 'WebM',
  'image/gif': 'GIF',
  'image/webp': 'WebP',
};

/** Its files, and what makes it again in a program. */
export function Take({ generation }: { generation: Generation }) {
  const t = useTranslate();
  const language = useLanguage();
  const copy = async (kind: SnippetKind) => {
    // Outside of secure contexts there is no clipboard.
    await (navigator.clipboard?.writeText(snippet(kind, generation, location.origin)) ?? Promise.reject()).then(
      () => toast(t('detail.copied')),
      () => toast.error(t('detail.copyFailed')),
    );
  };
  return (
    <section className={detail.section}>
      <h3>{t('detail.take')}</h3>
      <div className={styles.row}>
        {generation.artifacts.map(({ kind, url, mimeType, bytes: size, sha256 }) => {
          const name = kind === 'POSTER' ? t('detail.poster') : (names[mimeType] ?? mimeType);
          return (
            <a
              key={`${sha256}${kind}`}
              className={styles.file}
              href={downloadOf(url)}
              download
              aria-label={t('detail.download', { name })}
            >
              <Icon name="download" size={16} />
              {name}
              <span>{bytes(size, language)}</span>
            </a>
          );
        })}
      </div>
      <div className={styles.row} role="group" aria-label={t('detail.copyAs')}>
        <span className={styles.label}>{t('detail.copyAs')}</span>
        {snippetKinds.map((kind) => (
          <Button key={kind} className={styles.copy} onClick={() => copy(kind)}>
            {t(`copy.${kind}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}

function downloadOf(url: string): string {
  const address = new URL(url, location.origin);
  address.searchParams.set('download', '');
  return address.href;
}
