import type { Generation } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { useHotkey } from '../../state/hotkeys.js';
import { useOverlay } from '../../state/overlay.js';
import { IconButton } from '../ui/button.js';
import styles from './player.module.css';
import { useLoop } from './use-loop.js';

/** The video, again and again without a gap, and frame by frame. */
export function Player({ generation }: { generation: Generation }) {
  const t = useTranslate();
  const { settings, artifacts, prompt } = generation;
  const video = artifacts.find(({ kind }) => kind === 'VIDEO');
  const poster = artifacts.find(({ kind }) => kind === 'POSTER');
  const animated = video?.mimeType.startsWith('image/') === true;
  const { front, back, frame, playing, shown, toggle, step, seek } = useLoop(settings);
  const free = useOverlay() === null && !animated;
  useHotkey('play', toggle, free);
  useHotkey('frameBack', () => step(-1), free);
  useHotkey('frameOn', () => step(1), free);
  if (!video) return null;
  const frameStyle = { aspectRatio: `${video.width} / ${video.height}`, '--aspect': video.width / video.height };
  // GIF and WebP play by themselves, wherever they are shown.
  if (animated) {
    return (
      <div className={styles.player}>
        <div className={styles.screen} style={frameStyle}>
          <img className={styles.picture} src={video.url} alt={promptText(prompt, t)} />
        </div>
      </div>
    );
  }
  const count = settings.frameCount;
  return (
    <div className={styles.player}>
      <div className={styles.screen} style={frameStyle}>
        {/* The gallery has it already: there is a picture from the first moment, and the videos are clear until theirs comes. */}
        {poster && <img className={styles.picture} src={poster.url} alt="" />}
        {[front, back].map((ref, index) => (
          <video
            key={index === 0 ? 'front' : 'back'}
            ref={ref}
            className={`${styles.picture} ${shown === index ? '' : styles.behind}`}
            src={video.url}
            muted
            playsInline
            preload="auto"
            aria-label={index === 0 ? promptText(prompt, t) : undefined}
            aria-hidden={index === 1}
            tabIndex={-1}
            onClick={toggle}
          />
        ))}
      </div>
      <div className={styles.controls}>
        <IconButton
          icon={playing ? 'pause' : 'play'}
          label={t(playing ? 'detail.pause' : 'detail.play')}
          onClick={toggle}
        />
        <IconButton icon="back" label={t('detail.frameBack')} onClick={() => step(-1)} />
        <IconButton icon="forward" label={t('detail.frameOn')} onClick={() => step(1)} />
        <input
          className={styles.slider}
          type="range"
          min={0}
          max={count - 1}
          value={frame}
          aria-label={t('detail.scrub')}
          aria-valuetext={t('detail.frame', { frame: frame + 1, count })}
          onChange={({ target }) => seek(Number(target.value))}
        />
        <output className={styles.frame}>
          {frame + 1}/{count}
        </output>
      </div>
    </div>
  );
}
