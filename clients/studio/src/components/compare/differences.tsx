import type { Generation } from '@reelql/sdk';
import type { MessageKey } from '../../i18n/en.js';
import { useTranslate } from '../../i18n/index.js';
import { intervalText, samplerNames } from '../../state/settings.js';
import styles from './compare.module.css';

const rows = [
  ['field.prompt', ({ prompt }) => prompt],
  ['field.negativePrompt', ({ negativePrompt }) => negativePrompt],
  ['field.model', ({ modelName }) => modelName],
  ['field.size', ({ settings }) => `${settings.width} × ${settings.height}`],
  ['field.frameCount', ({ settings }) => String(settings.frameCount)],
  ['field.fps', ({ settings }) => String(settings.fps)],
  ['field.steps', ({ settings }) => String(settings.steps)],
  ['field.guidanceScale', ({ settings }) => String(settings.guidanceScale)],
  ['field.guidanceRescale', ({ settings }) => String(settings.guidanceRescale)],
  ['field.sampler', ({ settings }) => samplerNames[settings.sampler]],
  ['field.shift', ({ settings }) => String(settings.shift)],
  ['field.guidanceInterval', ({ settings }) => intervalText(settings.guidanceInterval)],
  ['field.cacheSteps', ({ settings }) => String(settings.cacheSteps ?? 0)],
  ['field.seed', ({ settings }) => String(settings.seed)],
] as const satisfies readonly (readonly [MessageKey, (generation: Generation) => string])[];

/** The settings that are not the same in all of them. */
export function Differences({ generations }: { generations: readonly Generation[] }) {
  const t = useTranslate();
  const differing = rows.filter(([, read]) => new Set(generations.map(read)).size > 1);
  if (generations.length < 2) return null;
  if (differing.length === 0) return <p className={styles.same}>{t('compare.same')}</p>;
  return (
    <div className={styles.differences}>
      <table>
        <caption className="visually-hidden">{t('compare.differs')}</caption>
        <thead>
          <tr>
            <td />
            {generations.map(({ id }, index) => (
              <th key={id} scope="col">
                {String.fromCharCode(65 + index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differing.map(([name, read]) => (
            <tr key={name}>
              <th scope="row">{t(name)}</th>
              {generations.map((generation) => (
                <td key={generation.id}>{read(generation)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
