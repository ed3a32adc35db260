import { InvalidInputError } from '@reelql/sdk';
import { useEffect, useId, useRef } from 'react';
import { duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { activity, edit, generate, problem as problemStore, useDraft } from '../../state/composer.js';
import { useEstimate } from '../../state/estimate.js';
import { useHotkey } from '../../state/hotkeys.js';
import { modelOf, useModels } from '../../state/models.js';
import { openOverlay } from '../../state/overlay.js';
import { prefer, usePreferences } from '../../state/preferences.js';
import { currentRoute, useRoute } from '../../state/route.js';
import { resolved, seconds } from '../../state/settings.js';
import { useStore } from '../../state/store.js';
import { Button, IconButton } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { complaintsOf } from './complaints.js';
import styles from './composer.module.css';
import { examplesFor } from './examples.js';
import { FirstFrame } from './first-frame.js';
import { GenerateButton } from './generate-button.js';
import { ProblemNotice } from './problem-notice.js';
import { PromptBox } from './prompt-box.js';
import { SettingsPanel } from './settings-panel.js';

/** From a sentence to a request: the first thing on the page. */
export function Composer() {
  const t = useTranslate();
  const language = useLanguage();
  const draft = useDraft();
  const models = useModels();
  const model = modelOf(models, draft.modelId);
  const problem = useStore(problemStore);
  const { generating } = useStore(activity);
  const { settingsOpen } = usePreferences();
  const estimated = useEstimate(draft);
  const complaints = complaintsOf(estimated, problem);
  const panelId = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const alone = useRoute().name === 'gallery';

  useEffect(() => {
    if (currentRoute().name === 'gallery') box.current?.focus({ preventScroll: true });
  }, []);
  useHotkey('generate', () => void generate(), alone);
  useHotkey('generateFirst', () => void generate({ first: true }), alone);
  useHotkey(
    'prompt',
    () => {
      box.current?.focus();
      box.current?.scrollIntoView({ block: 'center' });
    },
    alone,
  );

  const settings = model && resolved(model, draft.settings);
  const refused = problem ?? (estimated.state === 'refused' ? estimated.problem : null);
  // Issues stand at their fields; where those are folded away, here.
  const atFields =
    refused instanceof InvalidInputError && (settingsOpen || refused.issues.every(({ path }) => path[0] === 'prompt'));
  return (
    <section className={styles.composer} aria-label={t('composer.label')}>
      <h1 className={styles.title}>{t('composer.prompt')}</h1>
      <div className={styles.box}>
        <PromptBox box={box} prompt={draft.prompt} invalid={complaints.prompt !== undefined} />
        {complaints.prompt?.map(({ message }) => (
          <p key={message} role="alert" className={styles.issue}>
            {message}
          </p>
        ))}
        <div className={styles.bar}>
          <FirstFrame frame={draft.firstFrame} />
          <IconButton icon="grid" label={t('grid.title')} onClick={() => openOverlay('parameter-grid')} />
          <Button
            className={styles.summary}
            aria-expanded={settingsOpen}
            aria-controls={panelId}
            onClick={() => prefer({ settingsOpen: !settingsOpen })}
          >
            <Icon name="settings" size={18} />
            <span className="visually-hidden">{t('composer.settings')}</span>
            {settings && (
              <span aria-hidden="true">
                {`${settings.width} × ${settings.height} · ${duration(seconds(settings), language)}`}
                <span className={styles.steps}>{` · ${t('composer.steps', { count: settings.steps })}`}</span>
              </span>
            )}
            <span className={`${styles.chevron} ${settingsOpen ? styles.open : ''}`}>
              <Icon name="chevron" size={16} />
            </span>
          </Button>
          <GenerateButton estimated={estimated} generating={generating} onGenerate={() => void generate()} />
        </div>
        {refused && !atFields && <ProblemNotice problem={refused} onRetry={problem ? () => void generate() : null} />}
        {settingsOpen && model && <SettingsPanel id={panelId} models={models} model={model} complaints={complaints} />}
      </div>
      <p id="composer-hint" className="visually-hidden">
        {t('composer.hint')}
      </p>
      {model && (
        <div role="group" className={styles.examples} aria-label={t('composer.examples')}>
          {examplesFor(model.examplePrompts, language).map((prompt) => (
            <button
              key={prompt}
              type="button"
              className={styles.example}
              onClick={() => {
                edit({ prompt });
                box.current?.focus();
              }}
            >
              {prompt}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
