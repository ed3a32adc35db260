import type { Model, VideoFormat } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { edit, useDraft } from '../../state/composer.js';
import { randomSeed } from '../../state/draft.js';
import { openOverlay } from '../../state/overlay.js';
import { Button, IconButton } from '../ui/button.js';
import { ChoiceMenu } from '../ui/choice-menu.js';
import { Icon } from '../ui/icon.js';
import { Choices } from './controls.js';
import styles from './controls.module.css';
import { type Complaint, Field } from './field.js';
import { type NegativePreset, negativePresetOf, negativePresets } from './negative-presets.js';

interface Said {
  readonly complaints: readonly Complaint[];
}

const formats = ['MP4_H264', 'WEBM_VP9', 'GIF', 'WEBP'] as const satisfies readonly VideoFormat[];

export function SeedField({ complaints }: Said) {
  const t = useTranslate();
  const { seed } = useDraft();
  const locked = seed !== null;
  return (
    <Field name={t('field.seed')} help={t('help.seed')} complaints={complaints}>
      <div className={styles.row}>
        <input
          className={styles.number}
          inputMode="numeric"
          aria-label={t('field.seed')}
          aria-invalid={complaints.length > 0}
          placeholder={t('seed.random')}
          value={seed ?? ''}
          onChange={({ target }) => {
            const digits = target.value.replace(/\D/g, '');
            edit({ seed: digits === '' ? null : Number(digits) });
          }}
        />
        <IconButton icon="dice" look="outlined" label={t('seed.roll')} onClick={() => edit({ seed: randomSeed() })} />
        <IconButton
          icon={locked ? 'lock' : 'unlock'}
          look="outlined"
          label={locked ? t('seed.unlock') : t('seed.lock')}
          aria-pressed={locked}
          onClick={() => edit({ seed: locked ? null : randomSeed() })}
        />
      </div>
    </Field>
  );
}

export function OutputFormatsField({ complaints }: Said) {
  const t = useTranslate();
  const { formats: chosen } = useDraft();
  const toggle = (format: VideoFormat) => {
    const without = chosen.filter((other) => other !== format);
    const next = chosen.includes(format) ? without : [...chosen, format];
    if (next.length > 0) edit({ formats: next });
  };
  return (
    <Field name={t('field.formats')} help={t('help.formats')} complaints={complaints}>
      <Choices
        several
        label={t('field.formats')}
        choices={formats.map((format) => [format, t(`format.${format}`)] as const)}
        chosen={chosen}
        onChoose={toggle}
      />
    </Field>
  );
}

/** Another model keeps the prompt and forgets the settings, which were chosen within the limits of the one before. */
export function ModelField({ models, model }: { models: readonly Model[]; model: Model }) {
  const t = useTranslate();
  return (
    <Field name={t('field.model')} help={t('help.model')}>
      <div className={styles.row}>
        <ChoiceMenu
          label={t('field.model')}
          trigger={
            <Button look="outlined" className={styles.menu}>
              {model.title}
              <Icon name="chevron" size={14} />
            </Button>
          }
          choices={models.map(({ id, title }) => [id, title] as const)}
          chosen={model.id}
          onChoose={(id) => edit({ modelId: id, settings: {} })}
        />
        <IconButton
          icon="info"
          look="outlined"
          label={t('model.about', { model: model.title })}
          aria-haspopup="dialog"
          onClick={() => openOverlay('model-card')}
        />
      </div>
    </Field>
  );
}

export function NegativePromptField({ complaints }: Said) {
  const t = useTranslate();
  const { negativePrompt } = useDraft();
  const presets = Object.keys(negativePresets) as NegativePreset[];
  return (
    <Field wide name={t('field.negativePrompt')} help={t('help.negativePrompt')} complaints={complaints}>
      <div className={styles.row}>
        <textarea
          className={styles.area}
          rows={1}
          aria-label={t('field.negativePrompt')}
          aria-invalid={complaints.length > 0}
          value={negativePrompt}
          onChange={({ target }) => edit({ negativePrompt: target.value })}
        />
        <ChoiceMenu
          label={t('negative.preset')}
          trigger={
            <Button look="outlined">
              {t('negative.preset')}
              <Icon name="chevron" size={14} />
            </Button>
          }
          choices={presets.map((name) => [name, t(`negative.${name}`)] as const)}
          chosen={negativePresetOf(negativePrompt)}
          onChoose={(name) => edit({ negativePrompt: negativePresets[name] })}
        />
      </div>
    </Field>
  );
}
