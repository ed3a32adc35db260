import type { Generation } from '@reelql/sdk';
import { useState } from 'react';
import styles from './moving-picture.module.css';

/** A finished video: its poster, and over it the video itself while it plays, muted and again and again. */
export function MovingPicture({ generation, playing }: { generation: Generation; playing: boolean }) {
  const { prompt, artifacts } = generation;
  const video = artifacts.find(({ kind }) => kind === 'VIDEO');
  const poster = artifacts.find(({ kind }) => kind === 'POSTER');
  const [moves, setMoves] = useState(false);
  // GIF and WebP play wherever they are shown.
  const animated = video?.mimeType.startsWith('image/') === true;
  return (
    <>
      {poster && <img className={styles.media} src={poster.url} alt={prompt} draggable={false} decoding="async" />}
      {playing && video && animated && <img className={styles.media} src={video.url} alt="" draggable={false} />}
      {playing && video && !animated && (
        <video
          className={`${styles.media} ${styles.video} ${moves ? '' : styles.hidden}`}
          src={video.url}
          muted
          loop
          autoPlay
          playsInline
          disablePictureInPicture
          aria-hidden="true"
          tabIndex={-1}
          onPlaying={() => setMoves(true)}
          onEmptied={() => setMoves(false)}
        />
      )}
    </>
  );
}
