import { useEffect, useState } from 'react';
import styles from './cross-fade.module.css';

/** A picture that changes: the next one is shown once it is decoded, over the one before, which stays until it is covered. */
export function CrossFade({ src, alt }: { src: string; alt: string }) {
  const [[below, above], setPair] = useState<readonly [string | null, string | null]>([null, null]);
  useEffect(() => {
    let wanted = true;
    const show = () => {
      if (wanted) setPair(([, before]) => (before === src ? [null, src] : [before, src]));
    };
    const picture = new Image();
    picture.src = src;
    picture.decode().then(show, show);
    return () => {
      wanted = false;
    };
  }, [src]);
  return (
    <div className={styles.stack}>
      {below !== null && <img className={styles.picture} src={below} alt="" />}
      {above !== null && <img key={above} className={`${styles.picture} ${styles.arriving}`} src={above} alt={alt} />}
    </div>
  );
}
