import { Command } from 'cmdk';
import { languages, useTranslate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';
import { gallery } from '../../state/gallery.js';
import { useGeneration } from '../../state/generation.js';
import { type Hotkey, type HotkeyName, hotkeys } from '../../state/hotkeys.js';
import { closeOverlay, openOverlay } from '../../state/overlay.js';
import { prefer, themes } from '../../state/preferences.js';
import { currentRoute, navigate } from '../../state/route.js';
import { selection, subjectsOf } from '../../state/selection.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Keys } from './hotkey-sheet.js';
import styles from './palette.module.css';
import { useCommands } from './use-commands.js';

const recentCount = 20;

/** Everything that the page can do, by typing a part of its name. */
export default function Palette() {
  const t = useTranslate();
  const commands = useCommands();
  const route = currentRoute();
  const subjects = route.name === 'detail' ? [route.id] : subjectsOf(selection.get());
  const recent = gallery.state.get().items.slice(0, recentCount);
  const run = (act: () => unknown) => () => {
    closeOverlay();
    act();
  };
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && closeOverlay()}
      label={t('palette.title')}
      overlayClassName={styles.veil ?? ''}
      contentClassName={styles.palette ?? ''}
      loop
    >
      <Command.Input className={styles.input} placeholder={t('palette.placeholder')} />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>{t('palette.none')}</Command.Empty>
        {subjects.length > 0 && (
          <Command.Group heading={t('palette.video')}>
            <Entry icon="spark" text={t('do.remix')} hotkey="remix" onSelect={run(() => commands.remix(subjects))} />
            <Entry icon="dice" text={t('do.reuse')} hotkey="reuse" onSelect={run(() => commands.reuse(subjects))} />
            <Entry icon="grid" text={t('do.variations')} onSelect={run(() => commands.variations(subjects))} />
            <Entry icon="star" text={t('do.star')} hotkey="star" onSelect={run(() => commands.star(subjects))} />
            {subjects.length > 1 && (
              <Entry
                icon="compare"
                text={t('do.compare')}
                hotkey="compare"
                onSelect={run(() => commands.compare(subjects))}
              />
            )}
            <Entry icon="retry" text={t('do.retry')} onSelect={run(() => commands.retry(subjects))} />
            <Entry icon="close" text={t('do.cancel')} onSelect={run(() => commands.cancel(subjects))} />
            <Entry icon="trash" text={t('do.delete')} hotkey="delete" onSelect={run(() => commands.delete(subjects))} />
          </Command.Group>
        )}
        <Command.Group heading={t('palette.page')}>
          <Entry icon="play" text={t('palette.gallery')} onSelect={run(() => navigate({ name: 'gallery' }))} />
          <Entry icon="machine" text={t('palette.machine')} onSelect={run(() => navigate({ name: 'machine' }))} />
          <Entry icon="grid" text={t('palette.grid')} onSelect={() => openOverlay('parameter-grid')} />
          <Entry icon="info" text={t('palette.model')} onSelect={() => openOverlay('model-card')} />
          <Entry icon="help" text={t('palette.hotkeys')} hotkey="sheet" onSelect={() => openOverlay('hotkeys')} />
        </Command.Group>
        <Command.Group heading={t('palette.preferences')}>
          {themes.map((theme) => (
            <Entry
              key={theme}
              icon={{ system: 'system', dark: 'moon', light: 'sun' }[theme] as IconName}
              text={t('palette.theme', { theme: t(`theme.${theme}`) })}
              onSelect={run(() => prefer({ theme }))}
            />
          ))}
          {Object.entries(languages).map(([language, name]) => (
            <Entry
              key={language}
              icon="globe"
              text={t('palette.language', { language: name })}
              onSelect={run(() => prefer({ language: language as keyof typeof languages }))}
            />
          ))}
        </Command.Group>
        {recent.length > 0 && (
          <Command.Group heading={t('palette.recent')}>
            {recent.map(({ id }) => (
              <Recent key={id} id={id} onSelect={run(() => navigate({ name: 'detail', id }))} />
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command.Dialog>
  );
}

function Entry({
  icon,
  text,
  hotkey,
  onSelect,
}: {
  icon: IconName;
  text: string;
  hotkey?: HotkeyName;
  onSelect: () => void;
}) {
  const bound: Hotkey | undefined = hotkey && hotkeys[hotkey];
  return (
    <Command.Item className={styles.entry} value={text} onSelect={onSelect}>
      <Icon name={icon} size={18} />
      <span className={styles.text}>{text}</span>
      {bound && <Keys keys={bound.keys} />}
    </Command.Item>
  );
}

function Recent({ id, onSelect }: { id: string; onSelect: () => void }) {
  const t = useTranslate();
  const generation = useGeneration(id);
  const poster = generation?.artifacts.find(({ kind }) => kind === 'POSTER');
  if (!generation) return null;
  return (
    <Command.Item className={styles.entry} value={`${generation.prompt} ${id}`} onSelect={onSelect}>
      {poster ? <img className={styles.poster} src={poster.url} alt="" /> : <Icon name="play" size={18} />}
      <span className={styles.text}>{promptText(generation.prompt, t)}</span>
    </Command.Item>
  );
}
