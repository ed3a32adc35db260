import type { Generation, OutputsInput, VideoFormat } from '@reelql/sdk';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslate } from '../../i18n/index.js';
import { retry } from '../../state/actions.js';
import type { Crop } from '../../state/crop.js';
import { gallery } from '../../state/gallery.js';
import { goHome } from '../../state/route.js';
import { attempt } from '../tile/attempt.js';
import { Button } from '../ui/button.js';
import { CropControls } from './crop-controls.js';
import { CropFrame } from './crop-frame.js';
import detail from './detail.module.css';
import styles from './outputs-editor.module.css';
import { type Line, SubtitleLines } from './subtitle-lines.js';

const formats: readonly VideoFormat[] = ['MP4_H264', 'WEBM_VP9', 'GIF', 'WEBP'];

/** Other files of the same pictures: a part of them, with texts, in other formats. */
export function OutputsEditor({
  generation,
  latentsKept,
  onClose,
}: {
  generation: Generation;
  latentsKept: boolean | null;
  onClose: () => void;
}) {
  const t = useTranslate();
  const { id, settings, outputs } = generation;
  const [crop, setCrop] = useState<Crop | null>(outputs.crop);
  const [lines, setLines] = useState<readonly Line[]>(() => outputs.subtitles.map((line, key) => ({ ...line, key })));
  const [chosen, setChosen] = useState<readonly VideoFormat[]>(outputs.formats);
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    const subtitles = lines.filter(({ text }) => text.trim() !== '').map(({ key: _, ...line }) => line);
    const asked: OutputsInput = { formats: chosen, crop, subtitles };
    await attempt(t, async () => {
      gallery.add(await retry(id, asked));
      toast(t('outputs.made'));
      goHome();
    });
    setBusy(false);
  };
  const toggle = (format: VideoFormat) =>
    setChosen((before) => (before.includes(format) ? before.filter((one) => one !== format) : [...before, format]));
  return (
    <div className={detail.body}>
      <div className={detail.stage}>
        <CropFrame generation={generation} crop={crop} lines={lines} onCrop={setCrop} />
      </div>
      <div className={detail.facts}>
        <h3 className={styles.title}>{t('outputs.title')}</h3>
        {latentsKept !== null && (
          <p className={latentsKept ? styles.kept : styles.gone} role="status">
            {t(latentsKept ? 'outputs.kept' : 'outputs.gone')}
          </p>
        )}
        <CropControls frame={settings} crop={crop} onCrop={setCrop} />
        <SubtitleLines lines={lines} seconds={settings.frameCount / settings.fps} onLines={setLines} />
        <fieldset className={styles.formats}>
          <legend>{t('outputs.formats')}</legend>
          {formats.map((format) => (
            <label key={format}>
              <input type="checkbox" checked={chosen.includes(format)} onChange={() => toggle(format)} />
              {t(`format.${format}`)}
            </label>
          ))}
        </fieldset>
        <div className={styles.buttons}>
          <Button look="primary" disabled={busy || chosen.length === 0} onClick={make}>
            {t('outputs.make')}
          </Button>
          <Button onClick={onClose}>{t('outputs.cancel')}</Button>
        </div>
      </div>
    </div>
  );
}
