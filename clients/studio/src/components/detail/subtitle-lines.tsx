import type { SubtitleInput } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { Button, IconButton } from '../ui/button.js';
import styles from './subtitle-lines.module.css';

/** A line with a name of its own, so that the one below does not take its place on the screen. */
export type Line = SubtitleInput & { readonly key: number };

/** The texts over the picture, and when. */
export function SubtitleLines({
  lines,
  seconds,
  onLines,
}: {
  lines: readonly Line[];
  /** Of the video. */
  seconds: number;
  onLines: (lines: readonly Line[]) => void;
}) {
  const t = useTranslate();
  const change = (key: number, part: Partial<SubtitleInput>) =>
    onLines(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const add = () => {
    const startSeconds = Math.min(lines.at(-1)?.endSeconds ?? 0, Math.max(0, seconds - 0.5));
    const key = Math.max(-1, ...lines.map((line) => line.key)) + 1;
    onLines([...lines, { key, text: '', startSeconds, endSeconds: Math.min(seconds, startSeconds + 2) }]);
  };
  return (
    <fieldset className={styles.lines}>
      <legend>{t('outputs.subtitles')}</legend>
      {lines.map(({ key, text, startSeconds, endSeconds }, index) => (
        <div key={key} className={styles.line} role="group" aria-label={t('outputs.line', { number: index + 1 })}>
          <textarea
            value={text}
            rows={1}
            maxLength={500}
            aria-label={t('outputs.text')}
            placeholder={t('outputs.text')}
            onChange={({ target }) => change(key, { text: target.value })}
          />
          <label>
            {t('outputs.from')}
            <Seconds value={startSeconds} most={seconds} onChange={(value) => change(key, { startSeconds: value })} />
          </label>
          <label>
            {t('outputs.to')}
            <Seconds value={endSeconds} most={seconds} onChange={(value) => change(key, { endSeconds: value })} />
          </label>
          <IconButton
            icon="close"
            label={t('outputs.removeLine', { number: index + 1 })}
            onClick={() => onLines(lines.filter((line) => line.key !== key))}
          />
        </div>
      ))}
      <Button look="outlined" onClick={add}>
        {t('outputs.addLine')}
      </Button>
    </fieldset>
  );
}

function Seconds({ value, most, onChange }: { value: number; most: number; onChange: (value: number) => void }) {
  return (
    <input
      type="number"
      min={0}
      max={most}
      step={0.1}
      value={Math.round(value * 100) / 100}
      onChange={({ target }) => onChange(Math.max(0, Math.min(most, target.valueAsNumber || 0)))}
    />
  );
}
