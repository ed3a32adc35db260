import type { Model } from '@reelql/sdk';
import { useTranslate } from '../../i18n/index.js';
import { useDraft } from '../../state/composer.js';
import { modelOf, useModels } from '../../state/models.js';
import { closeOverlay } from '../../state/overlay.js';
import { Panel } from '../ui/panel.js';
import styles from './model-card.module.css';

const parts = [
  'description',
  'intendedUse',
  'trainingData',
  'limitations',
] as const satisfies readonly (keyof NonNullable<Model['card']>)[];

/** What the author of the chosen model says about it, as the server tells it: in the language it was written in. */
export default function ModelCard() {
  const t = useTranslate();
  const models = useModels();
  const model = modelOf(models, useDraft().modelId);
  if (!model) return null;
  const { name, title, license, card, limits } = model;
  const said = parts.flatMap((part) => (card?.[part] ? [[part, card[part]] as const] : []));
  const facts = [
    [t('model.license'), license],
    [
      t('model.limits'),
      t('model.largest', { width: limits.maxWidth, height: limits.maxHeight, count: limits.maxFrames }),
    ],
    [t('model.name'), name],
  ] as const;
  return (
    <Panel title={title} close={t('model.close')} onClose={closeOverlay}>
      <div className={styles.card}>
        {said.map(([part, text]) => (
          <section key={part}>
            <h3>{t(`model.${part}`)}</h3>
            <p>{text}</p>
          </section>
        ))}
        {said.length === 0 && <p className={styles.silent}>{t('model.silent')}</p>}
        <dl>
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Panel>
  );
}
