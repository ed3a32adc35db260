import { useTranslate } from './i18n/index.js';

export function App() {
  const t = useTranslate();
  return (
    <main>
      <h1>{t('app.title')}</h1>
      <p>{t('app.tagline')}</p>
    </main>
  );
}
