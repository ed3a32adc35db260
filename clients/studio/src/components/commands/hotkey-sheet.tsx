import { useTranslate } from '../../i18n/index.js';
import { type Hotkey, hotkeys } from '../../state/hotkeys.js';
import { closeOverlay } from '../../state/overlay.js';
import { Panel } from '../ui/panel.js';
import styles from './hotkey-sheet.module.css';

const all: readonly Hotkey[] = Object.values(hotkeys);
const groups = [
  ['hotkeys.general', all.filter(({ where }) => where === undefined)],
  ['hotkeys.gallery', all.filter(({ where }) => where === 'gallery')],
  ['hotkeys.video', all.filter(({ where }) => where === 'video')],
] as const;

/** Every hotkey, from the table that binds them. */
export default function HotkeySheet() {
  const t = useTranslate();
  return (
    <Panel title={t('hotkeys.title')} close={t('hotkeys.close')} onClose={closeOverlay}>
      <div className={styles.sheet}>
        {groups.map(([title, entries]) => (
          <section key={title}>
            <h3>{t(title)}</h3>
            <dl>
              {entries.map(({ keys, says }) => (
                <div key={says}>
                  <dt>{t(says)}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Panel>
  );
}

/** As react-hotkeys-hook writes them, shown as keys. */
export function Keys({ keys }: { keys: string }) {
  const t = useTranslate();
  const signs: Readonly<Record<string, string>> = {
    mod: /Mac|iP/.test(navigator.platform) ? '⌘' : t('key.mod'),
    shift: t('key.shift'),
    enter: t('key.enter'),
    escape: t('key.escape'),
    space: t('key.space'),
    delete: t('key.delete'),
    slash: '/',
    period: '.',
    left: '←',
    right: '→',
    up: '↑',
    down: '↓',
  };
  // Shift and / are the question mark, which is what people look for on their keyboard.
  const shown = keys === 'shift+slash' ? ['?'] : keys.split(/[+,]\s*/).map((key) => signs[key] ?? key.toUpperCase());
  return (
    <>
      {shown.map((key) => (
        <kbd key={key} className={styles.key}>
          {key}
        </kbd>
      ))}
    </>
  );
}
