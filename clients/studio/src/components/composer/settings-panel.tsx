import type { Model, Sampler } from '@reelql/sdk';
import { duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { choose, edit, useDraft } from '../../state/composer.js';
import {
  chosenOf,
  lengthsOf,
  qualities,
  qualityOf,
  resolved,
  samplerNames,
  settingsOf,
  shapeOf,
  sizesOf,
} from '../../state/settings.js';
import { Button } from '../ui/button.js';
import { ChoiceMenu } from '../ui/choice-menu.js';
import { Icon } from '../ui/icon.js';
import type { Complaints } from './complaints.js';
import { Choices, NumberInput } from './controls.js';
import styles from './controls.module.css';
import { Field } from './field.js';
import { ModelField, NegativePromptField, OutputFormatsField, SeedField } from './more-fields.js';
import { RangeField } from './range-field.js';
import panel from './settings-panel.module.css';
import { ShortcutFields } from './shortcut-fields.js';

/** Everything that can be set, in the order in which it matters. */
export function SettingsPanel({
  id,
  models,
  model,
  complaints,
}: {
  id: string;
  models: readonly Model[];
  model: Model;
  complaints: Complaints;
}) {
  const t = useTranslate();
  const language = useLanguage();
  const draft = useDraft();
  const settings = resolved(model, draft.settings);
  const { limits } = model;
  const { width, height, frameCount, fps, steps, guidanceScale, guidanceRescale, sampler, shift } = settings;
  const quality = qualityOf(settings, model);
  const invalid = (name: string) => complaints[name]?.some(({ kind }) => kind === 'issue') === true;
  const lengthText = (count: number) => t('length.entry', { duration: duration(count / fps, language), count });
  const sizeText = (size: { width: number; height: number }) =>
    t('size.custom', { width: String(size.width), height: String(size.height) });
  return (
    <div id={id} className={panel.panel}>
      <Field name={t('quality.label')} help={t('help.quality')}>
        <Choices
          label={t('quality.label')}
          choices={qualities.map((name) => [name, t(`quality.${name}`)] as const)}
          chosen={quality === null ? [] : [quality]}
          onChoose={(name) => edit({ settings: chosenOf(model, { ...settings, ...settingsOf(name, model) }) })}
        />
      </Field>
      <Field
        name={t('field.size')}
        help={t('help.size', {
          multiple: limits.sizeMultiple,
          maxWidth: String(limits.maxWidth),
          maxHeight: String(limits.maxHeight),
        })}
        complaints={[...(complaints.width ?? []), ...(complaints.height ?? [])]}
      >
        <div className={styles.row}>
          <NumberInput
            label={t('field.width')}
            value={width}
            step={limits.sizeMultiple}
            invalid={invalid('width')}
            onChange={(value) => choose({ width: value })}
          />
          <span className={styles.times}>×</span>
          <NumberInput
            label={t('field.height')}
            value={height}
            step={limits.sizeMultiple}
            invalid={invalid('height')}
            onChange={(value) => choose({ height: value })}
          />
          <ChoiceMenu
            label={t('field.size')}
            trigger={
              <Button look="outlined" className={styles.menu}>
                {t(`size.${shapeOf(settings)}`)}
                <Icon name="chevron" size={14} />
              </Button>
            }
            choices={sizesOf(model).map((size) => [
              sizeText(size),
              `${sizeText(size)} · ${t(`size.${shapeOf(size)}`)}`,
            ])}
            chosen={sizeText(settings)}
            onChoose={(text) => {
              const size = sizesOf(model).find((one) => sizeText(one) === text);
              if (size) choose(size);
            }}
          />
        </div>
      </Field>
      <Field
        name={t('field.length')}
        help={t('help.length', { multiple: limits.frameMultiple, max: limits.maxFrames })}
        complaints={complaints.frameCount ?? []}
      >
        <div className={styles.row}>
          <ChoiceMenu
            label={t('field.length')}
            trigger={
              <Button look="outlined" className={styles.menu}>
                {lengthText(frameCount)}
                <Icon name="chevron" size={14} />
              </Button>
            }
            choices={lengthsOf(model, fps).map((count) => [String(count), lengthText(count)] as const)}
            chosen={String(frameCount)}
            onChoose={(count) => choose({ frameCount: Number(count) })}
          />
        </div>
      </Field>
      <RangeField
        field="fps"
        complaints={complaints.fps}
        value={fps}
        min={4}
        max={30}
        step={1}
        onChange={(value) => choose({ fps: value })}
      />
      <RangeField
        field="steps"
        complaints={complaints.steps}
        value={steps}
        min={1}
        max={limits.maxSteps}
        step={1}
        onChange={(value) => choose({ steps: value })}
      />
      <RangeField
        field="guidanceScale"
        complaints={complaints.guidanceScale}
        value={guidanceScale}
        min={1}
        max={12}
        step={0.5}
        onChange={(value) => choose({ guidanceScale: value })}
      />
      <RangeField
        field="guidanceRescale"
        complaints={complaints.guidanceRescale}
        value={guidanceRescale}
        min={0}
        max={1}
        step={0.05}
        onChange={(value) => choose({ guidanceRescale: value })}
      />
      <Field name={t('field.sampler')} help={t('help.sampler')} complaints={complaints.sampler ?? []}>
        <Choices
          label={t('field.sampler')}
          choices={Object.entries(samplerNames) as [Sampler, string][]}
          chosen={[sampler]}
          onChoose={(name) => choose({ sampler: name })}
        />
      </Field>
      <RangeField
        field="shift"
        complaints={complaints.shift}
        value={shift}
        min={1}
        max={12}
        step={0.5}
        onChange={(value) => choose({ shift: value })}
      />
      <ShortcutFields settings={settings} complaints={complaints} />
      <SeedField complaints={complaints.seed ?? []} />
      <ModelField models={models} model={model} />
      <NegativePromptField complaints={complaints.negativePrompt ?? []} />
      <OutputFormatsField complaints={complaints.outputs ?? []} />
      <div className={panel.foot}>
        <Button onClick={() => edit({ settings: {}, seed: null, negativePrompt: '', formats: ['MP4_H264'] })}>
          {t('composer.reset')}
        </Button>
      </div>
    </div>
  );
}
