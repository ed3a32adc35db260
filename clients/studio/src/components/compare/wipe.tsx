import type { Generation } from '@reelql/sdk';
import { useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import type { Clock } from '../../state/compare-clock.js';
import styles from './compare.module.css';
import { ComparedVideo } from './compared-video.js';

/** One video over the other, uncovered up to a border that is dragged, or moved by arrow keys. */
export function Wipe({ left, right, clock }: { left: Generation; right: Generation; clock: Clock }) {
  const t = useTranslate();
  const [border, setBorder] = useState(50);
  const { width, height } = left.outputs.crop ?? left.settings;
  return (
    <div className={styles.wipeStage}>
      <div
        className={styles.wipe}
        style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc((100dvh - 330px) * ${width / height})` }}
      >
        <ComparedVideo generation={right} clock={clock} />
        <div className={styles.over} style={{ clipPath: `inset(0 ${100 - border}% 0 0)` }}>
          <ComparedVideo generation={left} clock={clock} />
        </div>
        <span className={styles.border} style={{ left: `${border}%` }} />
        <span className={styles.letter}>A</span>
        <span className={`${styles.letter} ${styles.rightLetter}`}>B</span>
        <input
          className={styles.divider}
          type="range"
          min={0}
          max={100}
          step={0.5}
          value={border}
          aria-label={t('compare.divider')}
          onChange={({ target }) => setBorder(target.valueAsNumber)}
        />
      </div>
    </div>
  );
}
