import type { Generation } from '@reelql/sdk';
import { useEffect, useRef } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { type Clock, frameAt, seekTime } from '../../state/compare-clock.js';
import styles from './compare.module.css';

/** How far a playing video may be off before it is set right: less is not seen, and every setting right is. */
const toleratedFrames = 2;

/** So wide that it is no higher than there is room for. */
export function widthOf({ outputs, settings }: Generation) {
  const { width, height } = outputs.crop ?? settings;
  return { maxWidth: `calc(var(--most) * ${width / height})` };
}

/** A video that shows what the clock says. GIF and WebP keep no clock: they play by themselves. */
export function ComparedVideo({ generation, clock }: { generation: Generation; clock: Clock }) {
  const t = useTranslate();
  const { settings, artifacts } = generation;
  const name = promptText(generation.prompt, t);
  const element = useRef<HTMLVideoElement>(null);
  const video = artifacts.find(({ kind }) => kind === 'VIDEO');
  const { time, playing } = clock;
  useEffect(() => {
    const media = element.current;
    if (!media || media.readyState === 0) return;
    const { fps, frameCount } = settings;
    if (!playing) {
      media.pause();
      if (frameAt(media.currentTime, settings) !== frameAt(time, settings))
        media.currentTime = seekTime(time, settings);
      return;
    }
    const over = time >= frameCount / fps;
    if (over) return;
    if (Math.abs(media.currentTime - time) > toleratedFrames / fps) media.currentTime = seekTime(time, settings);
    if (media.paused) media.play().catch(() => {});
  }, [time, playing, settings]);
  if (!video) return null;
  const style = { aspectRatio: video.width / video.height, ...widthOf(generation) };
  if (video.mimeType.startsWith('image/'))
    return <img className={styles.media} style={style} src={video.url} alt={name} />;
  return (
    <video
      ref={element}
      className={styles.media}
      style={style}
      src={video.url}
      muted
      playsInline
      preload="auto"
      aria-label={name}
      tabIndex={-1}
    />
  );
}
