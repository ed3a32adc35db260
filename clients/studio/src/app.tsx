import { Tooltip } from 'radix-ui';
import styles from './app.module.css';
import { Composer } from './components/composer/composer.js';
import { Gallery } from './components/gallery/gallery.js';
import { Layers } from './components/layers.js';
import { Announcer } from './components/shell/announcer.js';
import { ConnectionBanner } from './components/shell/connection-banner.js';
import { Header } from './components/shell/header.js';
import { KeyForm } from './components/shell/key-form.js';
import { Toasts } from './components/shell/toasts.js';
import { LanguageProvider, useTranslate } from './i18n/index.js';
import { useConnection } from './state/connection.js';
import { usePreferences } from './state/preferences.js';

export function App() {
  const { language } = usePreferences();
  return (
    <LanguageProvider language={language}>
      <Tooltip.Provider delayDuration={200}>
        <Page />
      </Tooltip.Provider>
    </LanguageProvider>
  );
}

function Page() {
  const t = useTranslate();
  const refused = useConnection() === 'refused';
  return (
    <>
      <a className={styles.skip} href="#videos">
        {t('app.skip')}
      </a>
      <Header />
      <ConnectionBanner />
      <main className={styles.main}>{refused ? <KeyForm /> : <Studio />}</main>
      <Announcer />
      <Toasts />
    </>
  );
}

function Studio() {
  return (
    <>
      <Composer />
      <Gallery />
      <Layers />
    </>
  );
}
