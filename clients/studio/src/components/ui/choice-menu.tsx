import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './choice-menu.module.css';
import { Icon } from './icon.js';

/** A button that opens a menu of which one entry holds. */
export function ChoiceMenu<Choice extends string>({
  trigger,
  label,
  choices,
  chosen,
  onChoose,
}: {
  /** A button. */
  trigger: ReactNode;
  label: string;
  choices: readonly (readonly [Choice, string])[];
  chosen: Choice | null;
  onChoose: (choice: Choice) => void;
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={styles.menu}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
        >
          <DropdownMenu.RadioGroup value={chosen ?? ''} onValueChange={(value) => onChoose(value as Choice)}>
            {choices.map(([value, text]) => (
              <DropdownMenu.RadioItem key={value} value={value} className={styles.item}>
                {text}
                <DropdownMenu.ItemIndicator>
                  <Icon name="check" size={16} />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
