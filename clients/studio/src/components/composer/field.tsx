import type { ReactNode } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { HelpTip } from '../ui/help-tip.js';
import styles from './field.module.css';

export interface Complaint {
  readonly kind: 'issue' | 'warning';
  readonly message: string;
}

/** A setting: its name with a `?`, its controls, and what the server has to say about it. */
export function Field({
  name,
  help,
  value,
  complaints = [],
  wide = false,
  children,
}: {
  name: string;
  help: string;
  /** Shown beside the name, where the control does not show it. */
  value?: string;
  complaints?: readonly Complaint[];
  wide?: boolean;
  children: ReactNode;
}) {
  const t = useTranslate();
  return (
    <fieldset className={`${styles.field} ${wide ? styles.wide : ''}`}>
      <legend className="visually-hidden">{name}</legend>
      <div className={styles.label}>
        <span aria-hidden="true">{name}</span>
        <HelpTip label={t('help.of', { field: name })}>{help}</HelpTip>
        {value !== undefined && <output className={styles.value}>{value}</output>}
      </div>
      {children}
      {complaints.map(({ kind, message }) => (
        <p key={message} role={kind === 'issue' ? 'alert' : 'status'} className={styles[kind]}>
          {message}
        </p>
      ))}
    </fieldset>
  );
}
