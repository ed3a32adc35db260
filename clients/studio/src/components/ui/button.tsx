import type { ComponentProps } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.js';

interface Look {
  readonly look?: 'plain' | 'outlined' | 'primary';
}

/** The page's button: plain until `look` says otherwise. */
export function Button({ look = 'plain', className = '', ...rest }: ComponentProps<'button'> & Look) {
  const names = [styles.button, look === 'plain' ? '' : styles[look], className];
  return <button type="button" {...rest} className={names.filter(Boolean).join(' ')} />;
}

/** A button that is only a picture; its label is what is read out and shown as a tooltip. */
export function IconButton({
  icon,
  label,
  filled = false,
  className = '',
  ...rest
}: Omit<ComponentProps<'button'>, 'aria-label' | 'children'> &
  Look & { readonly icon: IconName; readonly label: string; readonly filled?: boolean }) {
  return (
    <Button {...rest} aria-label={label} title={label} className={`${styles.square} ${className}`}>
      <Icon name={icon} filled={filled} />
    </Button>
  );
}
