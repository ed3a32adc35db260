import { useRef } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { activity, attachPicture, edit } from '../../state/composer.js';
import type { FirstFrame as Frame } from '../../state/draft.js';
import { useStore } from '../../state/store.js';
import { IconButton } from '../ui/button.js';
import styles from './first-frame.module.css';

/** The picture that the video begins with, or the button that asks for one. */
export function FirstFrame({ frame }: { frame: Frame | null }) {
  const t = useTranslate();
  const picker = useRef<HTMLInputElement>(null);
  const { uploading } = useStore(activity);
  if (frame) {
    return (
      <span className={styles.frame}>
        <img src={frame.url} alt={t('composer.picture')} title={t('composer.picture')} />
        <IconButton icon="close" label={t('composer.removePicture')} onClick={() => edit({ firstFrame: null })} />
      </span>
    );
  }
  return (
    <>
      <IconButton
        icon="picture"
        label={uploading ? t('composer.uploading') : t('composer.addPicture')}
        disabled={uploading}
        aria-busy={uploading}
        onClick={() => picker.current?.click()}
      />
      <input
        ref={picker}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp"
        onChange={({ target }) => {
          const picture = target.files?.[0];
          if (picture) void attachPicture(picture);
          target.value = '';
        }}
      />
    </>
  );
}
