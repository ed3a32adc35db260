import { Tooltip } from 'radix-ui';
import { useState } from 'react';
import styles from './help-tip.module.css';

/** A `?` that explains something when it is pointed at, focused or touched. */
export function HelpTip({ label, children }: { label: string; children: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Tooltip.Root open={open} onOpenChange={setOpen}>
      <Tooltip.Trigger
        type="button"
        className={styles.button}
        aria-label={label}
        onClick={(event) => {
          // Radix closes on a click; a finger has no other way to open.
          event.preventDefault();
          setOpen(true);
        }}
      >
        <span aria-hidden="true">?</span>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className={styles.tip} sideOffset={4} collisionPadding={12}>
          {children}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
