import { Dialog } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { IconButton } from './button.js';
import styles from './panel.module.css';

/** A dialog: keeps the focus inside, gives it back at the end, closes with Esc. `full` fills the window, `side` is a column at its edge. */
export function Panel({
  title,
  close,
  shape = 'centre',
  heading,
  tools,
  onClose,
  children,
}: {
  title: string;
  /** What the closing button says. */
  close: string;
  shape?: 'centre' | 'full' | 'side';
  /** Seen in place of the title, where that stands in the panel itself. */
  heading?: string;
  /** Beside the title. */
  tools?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  const before = useRef<Element | null>(null);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.veil} />
        <Dialog.Content
          className={`${styles.panel} ${styles[shape]}`}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The dialog itself: whatever button comes first is not what one came for.
            event.preventDefault();
            before.current = document.activeElement;
            (event.currentTarget as HTMLElement).focus();
          }}
          onCloseAutoFocus={(event) => {
            // Radix gives the focus to its own trigger only. What has taken it meanwhile keeps it.
            event.preventDefault();
            if (document.activeElement === document.body) (before.current as HTMLElement | null)?.focus();
          }}
        >
          <div className={styles.head}>
            <Dialog.Title className={heading === undefined ? styles.title : 'visually-hidden'}>{title}</Dialog.Title>
            {heading !== undefined && <span className={styles.heading}>{heading}</span>}
            {tools}
            <IconButton icon="close" label={close} onClick={onClose} />
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
