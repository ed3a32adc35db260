import type { MouseEvent } from 'react';
import brand from '../../favicon.svg';
import { languages, useTranslate } from '../../i18n/index.js';
import { openOverlay } from '../../state/overlay.js';
import { prefer, themes, usePreferences } from '../../state/preferences.js';
import { navigate } from '../../state/route.js';
import { IconButton } from '../ui/button.js';
import { ChoiceMenu } from '../ui/choice-menu.js';
import styles from './header.module.css';
import { MachineButton } from './machine-button.js';

const themeIcons = { system: 'system', dark: 'moon', light: 'sun' } as const;
const languageChoices = Object.entries(languages) as [keyof typeof languages, string][];

export function Header() {
  const t = useTranslate();
  const { theme, language } = usePreferences();
  const home = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    navigate({ name: 'gallery' });
    scrollTo({ top: 0 });
  };
  return (
    <header className={styles.header}>
      <a className={styles.brand} href="/" aria-label={t('header.home')} onClick={home}>
        <img src={brand} alt="" width={28} height={28} />
        <span className={styles.brandName}>ReelQL</span>
      </a>
      <MachineButton />
      <ChoiceMenu
        label={t('header.language')}
        trigger={<IconButton icon="globe" label={t('header.language')} />}
        choices={languageChoices}
        chosen={language}
        onChoose={(chosen) => prefer({ language: chosen })}
      />
      <ChoiceMenu
        label={t('header.theme')}
        trigger={<IconButton icon={themeIcons[theme]} label={t('header.theme')} />}
        choices={themes.map((name) => [name, t(`theme.${name}`)] as const)}
        chosen={theme}
        onChoose={(chosen) => prefer({ theme: chosen })}
      />
      <IconButton icon="help" label={t('header.help')} onClick={() => openOverlay('hotkeys')} />
    </header>
  );
}
