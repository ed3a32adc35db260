import { useTranslate } from '../../i18n/index.js';
import { type Crop, cropOfAspect, type Frame } from '../../state/crop.js';
import { Button } from '../ui/button.js';
import styles from './crop-controls.module.css';

const aspects = [
  ['16:9', 16 / 9],
  ['4:3', 4 / 3],
  ['1:1', 1],
  ['3:4', 3 / 4],
  ['9:16', 9 / 16],
] as const;

/** Whether to crop, and the usual shapes. */
export function CropControls({
  frame,
  crop,
  onCrop,
}: {
  frame: Frame;
  crop: Crop | null;
  onCrop: (crop: Crop | null) => void;
}) {
  const t = useTranslate();
  return (
    <fieldset className={styles.crop}>
      <legend className="visually-hidden">{t('outputs.crop')}</legend>
      <label className={styles.toggle}>
        <input
          type="checkbox"
          checked={crop !== null}
          onChange={({ target }) => onCrop(target.checked ? cropOfAspect(1, frame, null) : null)}
        />
        {t('outputs.cropOn')}
        {crop && <output>{t('outputs.area', { ...crop })}</output>}
      </label>
      {crop && (
        <div className={styles.shapes} role="group" aria-label={t('outputs.aspect')}>
          {aspects.map(([name, aspect]) => (
            <Button key={name} look="outlined" onClick={() => onCrop(cropOfAspect(aspect, frame, crop))}>
              {name}
            </Button>
          ))}
        </div>
      )}
    </fieldset>
  );
}
