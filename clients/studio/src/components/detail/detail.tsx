import { type Generation, hasEnded } from '@reelql/sdk';
import { useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { useGallery } from '../../state/gallery.js';
import { useGeneration } from '../../state/generation.js';
import { useHotkey } from '../../state/hotkeys.js';
import { useOverlay } from '../../state/overlay.js';
import { goHome, navigate } from '../../state/route.js';
import { useLog } from '../../state/timeline.js';
import { IconButton } from '../ui/button.js';
import { Panel } from '../ui/panel.js';
import { Actions } from './actions.js';
import styles from './detail.module.css';
import { Facts } from './facts.js';
import { Log } from './log.js';
import { OutputsEditor } from './outputs-editor.js';
import { Player } from './player.js';
import { Progress } from './progress.js';
import { Take } from './take.js';
import { UsageWords } from './usage-words.js';

/** One generation with all that is known of it, over the gallery. */
export default function Detail({ id }: { id: string }) {
  const t = useTranslate();
  const generation = useGeneration(id);
  const { items, total } = useGallery();
  const at = items.findIndex((item) => item.id === id);
  const [previous, next] = at < 0 ? [] : [items[at - 1], items[at + 1]];
  const go = (to: { readonly id: string } | undefined) => {
    if (to) navigate({ name: 'detail', id: to.id }, { replace: true });
  };
  const free = useOverlay() === null;
  useHotkey('previous', () => go(previous), free);
  useHotkey('next', () => go(next), free);
  return (
    <Panel
      title={generation ? promptText(generation.prompt, t) : t('detail.title')}
      heading={at < 0 || total === null ? '' : t('detail.place', { number: at + 1, total })}
      close={t('detail.close')}
      shape="full"
      onClose={goHome}
      tools={
        <>
          <IconButton icon="back" label={t('detail.previous')} disabled={!previous} onClick={() => go(previous)} />
          <IconButton icon="forward" label={t('detail.next')} disabled={!next} onClick={() => go(next)} />
        </>
      }
    >
      {generation && <Body key={id} generation={generation} />}
      {generation === undefined && <p className={styles.note}>{t('detail.loading')}</p>}
      {generation === null && (
        <div className={styles.note} role="alert">
          <h3>{t('detail.missing')}</h3>
          <p>{t('detail.missingDetail')}</p>
        </div>
      )}
    </Panel>
  );
}

function Body({ generation }: { generation: Generation }) {
  const t = useTranslate();
  const [editing, setEditing] = useState(false);
  const { id, status, prompt } = generation;
  const ended = hasEnded(status);
  const { events, latentsKept } = useLog(id, ended);
  if (editing)
    return <OutputsEditor generation={generation} latentsKept={latentsKept} onClose={() => setEditing(false)} />;
  return (
    <div className={styles.body}>
      <div className={styles.stage}>
        {status === 'SUCCEEDED' ? <Player generation={generation} /> : <Progress generation={generation} />}
      </div>
      <div className={styles.facts}>
        <p className={styles.prompt}>{promptText(prompt, t)}</p>
        <Actions generation={generation} onEdit={() => setEditing(true)} />
        <Facts generation={generation} />
        <section className={styles.section}>
          <h3>{t('detail.usage')}</h3>
          <UsageWords generation={generation} />
        </section>
        <Take generation={generation} />
        <section className={styles.section}>
          <h3>{t('detail.log')}</h3>
          <Log events={events} />
        </section>
      </div>
    </div>
  );
}
