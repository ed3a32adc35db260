import type { Generation } from '@reelql/sdk';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { type Crop, moved, resized } from '../../state/crop.js';
import styles from './crop-frame.module.css';
import type { Line } from './subtitle-lines.js';

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-2, 0],
  ArrowRight: [2, 0],
  ArrowUp: [0, -2],
  ArrowDown: [0, 2],
};

/**
 * The video with the crop to be dragged over it, and the subtitles of the moment as they will about look. What was cropped before shows
 * only that part: the rest of the picture is known to the server alone.
 */
export function CropFrame({
  generation,
  crop,
  lines,
  onCrop,
}: {
  generation: Generation;
  crop: Crop | null;
  lines: readonly Line[];
  onCrop: (crop: Crop) => void;
}) {
  const t = useTranslate();
  const { settings, artifacts, outputs } = generation;
  const frame = { width: settings.width, height: settings.height };
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly x: number; readonly y: number; readonly from: Crop; readonly corner: boolean } | null>(
    null,
  );
  const [time, setTime] = useState(0);
  const video = artifacts.find(({ kind }) => kind === 'VIDEO');
  const shown = outputs.crop ?? { x: 0, y: 0, ...frame };
  const percent = (area: Crop) => ({
    left: `${(100 * area.x) / frame.width}%`,
    top: `${(100 * area.y) / frame.height}%`,
    width: `${(100 * area.width) / frame.width}%`,
    height: `${(100 * area.height) / frame.height}%`,
  });
  const grab = (corner: boolean) => (event: PointerEvent<HTMLElement>) => {
    if (!crop) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, from: crop, corner };
  };
  const pull = (event: PointerEvent) => {
    const width = box.current?.clientWidth ?? 0;
    if (!drag.current || width === 0) return;
    const scale = frame.width / width;
    const { x, y, from, corner } = drag.current;
    const change = corner ? resized : moved;
    onCrop(change(from, (event.clientX - x) * scale, (event.clientY - y) * scale, frame));
  };
  const release = () => {
    drag.current = null;
  };
  const press = (event: KeyboardEvent) => {
    const by = arrows[event.key];
    if (!by || !crop) return;
    event.preventDefault();
    event.stopPropagation();
    onCrop((event.shiftKey ? resized : moved)(crop, by[0], by[1], frame));
  };
  const now = lines.filter(({ startSeconds, endSeconds }) => time >= startSeconds && time < endSeconds);
  const media = { className: styles.media, style: percent(shown) };
  return (
    <div
      ref={box}
      className={styles.frame}
      style={{
        aspectRatio: `${frame.width} / ${frame.height}`,
        maxWidth: `calc((100dvh - 160px) * ${frame.width / frame.height})`,
      }}
    >
      {video?.mimeType.startsWith('image/') && <img {...media} src={video.url} alt="" />}
      {video?.mimeType.startsWith('video/') && (
        <video
          {...media}
          src={video.url}
          muted
          loop
          autoPlay
          playsInline
          onTimeUpdate={({ currentTarget }) => setTime(currentTarget.currentTime)}
        />
      )}
      <div className={crop ? styles.crop : styles.whole} style={percent(crop ?? { x: 0, y: 0, ...frame })}>
        {crop && (
          <>
            <button
              type="button"
              className={styles.handle}
              aria-label={t('outputs.move')}
              onPointerDown={grab(false)}
              onPointerMove={pull}
              onPointerUp={release}
              onPointerCancel={release}
              onKeyDown={press}
            />
            <span
              className={styles.corner}
              title={t('outputs.resize')}
              onPointerDown={grab(true)}
              onPointerMove={pull}
              onPointerUp={release}
              onPointerCancel={release}
            />
          </>
        )}
        <div className={styles.subtitles}>
          {now.map(({ key, text }) => (
            <p key={key}>{text}</p>
          ))}
        </div>
      </div>
    </div>
  );
}
