import styles from './app.module.css';
import { Gallery } from './components/gallery/gallery.js';
import { Announcer } from './components/shell/announcer.js';
import { ConnectionBanner } from './components/shell/connection-banner.js';
import { Header } from './components/shell/header.js';
import { KeyForm } from './components/shell/key-form.js';
import { LanguageProvider, useTranslate } from './i18n/index.js';
import { useConnection } from './state/connection.js';
import { usePreferences } from './state/preferences.js';

export function App() {
  const { language } = usePreferences();
  return (
    <LanguageProvider language={language}>
      <Page />
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
      <main className={styles.main}>{refused ? <KeyForm /> : <Gallery />}</main>
      <Announcer />
    </>
  );
}
