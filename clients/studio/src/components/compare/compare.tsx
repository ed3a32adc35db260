import { useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { useGenerations } from '../../state/generation.js';
import { useHotkey } from '../../state/hotkeys.js';
import { useOverlay } from '../../state/overlay.js';
import { goHome } from '../../state/route.js';
import { useClock } from '../../state/use-clock.js';
import { mostCompared } from '../commands/use-commands.js';
import { Button, IconButton } from '../ui/button.js';
import { Panel } from '../ui/panel.js';
import styles from './compare.module.css';
import { ComparedVideo, widthOf } from './compared-video.js';
import { Differences } from './differences.js';
import { Wipe } from './wipe.js';

/** Two to four videos at the same moment. */
export default function Compare({ ids }: { ids: readonly string[] }) {
  const t = useTranslate();
  const all = useGenerations(ids.slice(0, mostCompared));
  const generations = all.filter(({ status }) => status === 'SUCCEEDED');
  const [view, setView] = useState<'side' | 'wipe'>('side');
  const { clock, length, seek, step, toggle } = useClock(generations.map(({ settings }) => settings));
  const free = useOverlay() === null;
  useHotkey('play', toggle, free);
  useHotkey('frameBack', () => step(-1), free);
  useHotkey('frameOn', () => step(1), free);
  const [first, second] = generations;
  const pair = generations.length === 2;
  return (
    <Panel
      title={t('compare.title')}
      close={t('compare.close')}
      shape="full"
      onClose={goHome}
      tools={
        pair && (
          <div className={styles.views} role="group" aria-label={t('compare.view')}>
            {(['side', 'wipe'] as const).map((name) => (
              <Button key={name} aria-pressed={view === name} onClick={() => setView(name)}>
                {t(`compare.${name}`)}
              </Button>
            ))}
          </div>
        )
      }
    >
      <div className={styles.compare}>
        {generations.length < 2 && <p className={styles.note}>{t('compare.choose')}</p>}
        {view === 'wipe' && pair && first && second ? (
          <Wipe left={first} right={second} clock={clock} />
        ) : (
          <div className={styles.side} data-count={generations.length}>
            {generations.map((generation, index) => (
              <figure key={generation.id} className={styles.one}>
                <ComparedVideo generation={generation} clock={clock} />
                <figcaption style={widthOf(generation)}>
                  <b>{String.fromCharCode(65 + index)}</b> {promptText(generation.prompt, t)}
                </figcaption>
              </figure>
            ))}
          </div>
        )}
        <div className={styles.controls}>
          <IconButton
            icon={clock.playing ? 'pause' : 'play'}
            label={t(clock.playing ? 'detail.pause' : 'detail.play')}
            onClick={toggle}
          />
          <IconButton icon="back" label={t('detail.frameBack')} onClick={() => step(-1)} />
          <IconButton icon="forward" label={t('detail.frameOn')} onClick={() => step(1)} />
          <input
            type="range"
            min={0}
            max={length}
            step={0.001}
            value={clock.time}
            aria-label={t('detail.scrub')}
            aria-valuetext={t('compare.time', { time: clock.time.toFixed(2) })}
            onChange={({ target }) => seek(target.valueAsNumber)}
          />
          <output>{clock.time.toFixed(2)} s</output>
        </div>
        <Differences generations={generations} />
      </div>
    </Panel>
  );
}
