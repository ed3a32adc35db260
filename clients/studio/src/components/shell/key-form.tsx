import type { FormEvent } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { storedKey, storeKey } from '../../transport/server.js';
import { Button } from '../ui/button.js';
import styles from './key-form.module.css';

/** In place of the page where the server wants a key and has none that it knows. */
export function KeyForm() {
  const t = useTranslate();
  const wrong = storedKey() !== undefined;
  const use = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key') ?? '').trim();
    if (key !== '') storeKey(key);
  };
  return (
    <form className={styles.form} onSubmit={use}>
      <h1>{t('key.title')}</h1>
      <p>
        {t('key.detail')}
        <code>reelql keys create --name studio --role creator</code>
      </p>
      {wrong && (
        <p role="alert" className={styles.wrong}>
          {t('key.wrong')}
        </p>
      )}
      <label>
        {t('key.label')}
        <input name="key" type="password" autoComplete="off" spellCheck={false} autoFocus required />
      </label>
      <div className={styles.buttons}>
        <Button type="submit" look="primary">
          {t('key.use')}
        </Button>
        {wrong && <Button onClick={() => storeKey(null)}>{t('key.forget')}</Button>}
      </div>
    </form>
  );
}
