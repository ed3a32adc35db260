import { type Generation, hasEnded } from '@reelql/sdk';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { cancel, retry, star } from '../../state/actions.js';
import { announce } from '../../state/announcement.js';
import { gallery } from '../../state/gallery.js';
import { useLive } from '../../state/live.js';
import { attempt } from './attempt.js';
import { CrossFade } from './cross-fade.js';
import { EndedNotice } from './ended-notice.js';
import { LiveStatus } from './live-status.js';
import { MovingPicture } from './moving-picture.js';
import styles from './tile.module.css';
import { TileControl } from './tile-control.js';

export interface TileState {
  /** The video plays: the focus is on it or inside it. As `focused` if left out. */
  readonly active?: boolean;
  /** The keyboard is here, or comes back here: its buttons are in the tab order. */
  readonly focused: boolean;
  readonly selected: boolean;
  /** Whether any tile is selected: then all show where to click for one more. */
  readonly selecting: boolean;
}

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** One generation, from waiting to playing. */
export function Tile({
  generation,
  focused,
  active = focused,
  selected,
  selecting,
  onToggle,
  children,
}: TileState & {
  generation: Generation;
  /** Selects it, or no more; left out where nothing is selected. */
  onToggle?: () => void;
  /** Lies over the pictures and under the buttons. */
  children?: ReactNode;
}) {
  const t = useTranslate();
  const { id, prompt, status, starred } = generation;
  const ended = hasEnded(status);
  const { progress, preview, resumedFrom } = useLive(id, ended);
  const lastPreview = useRef<string | null>(null);
  if (preview) lastPreview.current = `data:${preview.mimeType};base64,${preview.data}`;
  const fresh = useEnding(generation);
  const [pointed, setPointed] = useState(false);
  const succeeded = status === 'SUCCEEDED';
  const quiet = (shown: boolean) => (shown ? '' : styles.quiet);
  return (
    <div
      className={`${styles.tile} ${selected ? styles.selected : ''}`}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
    >
      {!ended && lastPreview.current === null && <div className={styles.noise} />}
      {lastPreview.current !== null && (!ended || succeeded) && (
        <CrossFade src={lastPreview.current} alt={preview ? t('tile.preview', { step: preview.step }) : ''} />
      )}
      {succeeded && <MovingPicture generation={generation} playing={!calm.matches && (pointed || active || fresh)} />}
      {ended && !succeeded && (
        <EndedNotice
          generation={generation}
          focusable={focused}
          onRetry={() => attempt(t, async () => gallery.add(await retry(id)))}
        />
      )}
      {!ended && <LiveStatus prompt={prompt} progress={progress ?? generation.progress} resumedFrom={resumedFrom} />}
      {succeeded && (
        <div className={styles.caption}>
          <p>{promptText(prompt, t)}</p>
        </div>
      )}
      {children}
      {onToggle && (
        <div className={`${styles.corner} ${styles.left}`}>
          <TileControl
            icon={selected ? 'check' : 'box'}
            label={t('tile.select')}
            pressed={selected}
            look={selected ? styles.chosen : quiet(selecting)}
            focusable={focused}
            onPress={onToggle}
          />
        </div>
      )}
      <div className={`${styles.corner} ${styles.right}`}>
        <TileControl
          icon="star"
          label={starred ? t('tile.unstar') : t('tile.star')}
          pressed={starred}
          filled={starred}
          look={starred ? styles.starred : quiet(false)}
          focusable={focused}
          onPress={() => attempt(t, () => star(id, !starred))}
        />
        {!ended && (
          <TileControl
            icon="close"
            label={t('tile.cancel')}
            focusable={focused}
            onPress={() => attempt(t, () => cancel(id))}
          />
        )}
      </div>
    </div>
  );
}

/** Says when a generation ends before one's eyes; true from then on if there is a video, which plays at once. */
function useEnding({ status, prompt }: Generation): boolean {
  const t = useTranslate();
  const before = useRef(status);
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    const lived = !hasEnded(before.current);
    before.current = status;
    if (!lived) return;
    if (status === 'SUCCEEDED') {
      setFresh(true);
      announce(t('live.finished', { prompt: promptText(prompt, t) }));
    }
    if (status === 'FAILED') announce(t('live.failed', { prompt: promptText(prompt, t) }));
  }, [status, prompt, t]);
  return fresh;
}
