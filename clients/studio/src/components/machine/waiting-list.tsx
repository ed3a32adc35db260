import { type DragEvent, useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { cancel, prioritise } from '../../state/actions.js';
import { announce } from '../../state/announcement.js';
import { useWaiting } from '../../state/devices.js';
import { prioritiesAfterMove } from '../../state/queue-order.js';
import { attempt } from '../tile/attempt.js';
import { IconButton } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import styles from './waiting-list.module.css';

/** What waits, the next one first. To drag one to another place, or to move it by arrow keys, changes its priority. */
export function WaitingList() {
  const t = useTranslate();
  const { waiting, total, refetch } = useWaiting();
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<number | null>(null);
  if (!waiting) return null;
  if (waiting.length === 0) return <p className={styles.empty}>{t('machine.empty')}</p>;
  const move = (id: string, to: number) =>
    attempt(t, async () => {
      if (to < 0 || to >= waiting.length) return;
      const changes = [...prioritiesAfterMove(waiting, id, to)];
      await Promise.all(changes.map(([changed, priority]) => prioritise(changed, priority)));
      announce(t('machine.moved', { position: to + 1 }));
      refetch();
    });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (dragged !== null && over !== null) void move(dragged, over);
    setDragged(null);
    setOver(null);
  };
  const from = waiting.findIndex(({ id }) => id === dragged);
  return (
    <ol className={styles.list} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {waiting.map(({ id, prompt, priority }, index) => (
        <li
          key={id}
          draggable
          data-dragged={id === dragged}
          data-over={over === index && dragged !== id ? (from > index ? 'above' : 'below') : undefined}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            setDragged(id);
          }}
          onDragEnter={() => setOver(index)}
          onDragEnd={() => setDragged(null)}
        >
          <button
            type="button"
            className={styles.grip}
            aria-label={t('machine.move', { prompt: promptText(prompt, t), position: index + 1 })}
            onKeyDown={(event) => {
              const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
              if (by === 0) return;
              event.preventDefault();
              void move(id, index + by);
            }}
          >
            <Icon name="grip" size={18} />
          </button>
          <span className={styles.position}>{index + 1}</span>
          <span className={styles.prompt} title={prompt}>
            {promptText(prompt, t)}
          </span>
          {priority !== 0 && <span className={styles.priority}>{t('machine.priority', { priority })}</span>}
          <IconButton icon="close" label={t('machine.cancel')} onClick={() => attempt(t, () => cancel(id))} />
        </li>
      ))}
      {total > waiting.length && (
        <li className={styles.rest}>{t('machine.more', { count: total - waiting.length })}</li>
      )}
    </ol>
  );
}
