import { type ClipboardEvent, type KeyboardEvent, type RefObject, useRef } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { attachPicture, edit } from '../../state/composer.js';
import { promptHistory } from '../../state/prompt-history.js';
import styles from './prompt-box.module.css';

/** Where the prompt is written. Arrow up in an empty one goes back through earlier prompts; a pasted picture becomes the first frame. */
export function PromptBox({
  box,
  prompt,
  invalid,
}: {
  box: RefObject<HTMLTextAreaElement | null>;
  prompt: string;
  invalid: boolean;
}) {
  const t = useTranslate();
  /** Which of the earlier prompts is shown: only as long as nobody has changed it. */
  const recalled = useRef(-1);
  const recall = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (step === 0 || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const earlier = promptHistory.get();
    if (recalled.current >= 0 && earlier[recalled.current] !== prompt) recalled.current = -1;
    if (prompt !== '' && recalled.current === -1) return;
    const next = recalled.current + step;
    if (next < -1 || next >= earlier.length) return;
    event.preventDefault();
    recalled.current = next;
    edit({ prompt: earlier[next] ?? '' });
  };
  const paste = (event: ClipboardEvent) => {
    const picture = [...event.clipboardData.files].find(({ type }) => type.startsWith('image/'));
    if (!picture) return;
    event.preventDefault();
    void attachPicture(picture);
  };
  return (
    <textarea
      ref={box}
      className={styles.prompt}
      rows={2}
      value={prompt}
      aria-label={t('composer.prompt')}
      aria-invalid={invalid}
      aria-describedby="composer-hint"
      placeholder={t('composer.placeholder')}
      onChange={({ target }) => edit({ prompt: target.value })}
      onKeyDown={recall}
      onPaste={paste}
    />
  );
}
