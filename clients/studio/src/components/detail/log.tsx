import type { MessageKey } from '../../i18n/en.js';
import { duration } from '../../i18n/format.js';
import { useLanguage, useTranslate } from '../../i18n/index.js';
import { type LoggedEvent, type Moment, momentsOf } from '../../state/timeline.js';
import styles from './log.module.css';

/** What happened to it and when, live while it goes on. */
export function Log({ events }: { events: readonly LoggedEvent[] }) {
  const t = useTranslate();
  const language = useLanguage();
  const begin = events[0]?.occurredAt;
  return (
    <ol className={styles.log}>
      {momentsOf(events).map((moment) => {
        const at = moment.kind === 'event' ? moment.event.occurredAt : moment.to;
        const since = begin === undefined ? 0 : (Date.parse(at) - Date.parse(begin)) / 1000;
        return (
          <li
            key={moment.kind === 'event' ? moment.event.sequence : moment.sequence}
            className={styles[toneOf(moment)]}
          >
            <span>{wordsOf(moment, t)}</span>
            <time dateTime={at} title={new Date(at).toLocaleString(language)}>
              {since < 0.05 ? new Date(at).toLocaleTimeString(language) : `+ ${duration(since, language)}`}
            </time>
          </li>
        );
      })}
    </ol>
  );
}

function toneOf(moment: Moment): 'plain' | 'good' | 'bad' | 'phase' {
  if (moment.kind === 'phase') return 'phase';
  const type = moment.event.__typename;
  return type === 'GenerationSucceeded' ? 'good' : type === 'GenerationFailed' ? 'bad' : 'plain';
}

function wordsOf(moment: Moment, t: ReturnType<typeof useTranslate>): string {
  if (moment.kind === 'phase') {
    const phase = t(`phase.${moment.phase}` as MessageKey);
    const { step, totalSteps: total } = moment;
    return moment.phase === 'DENOISING' ? t('log.steps', { phase, step, total }) : phase;
  }
  const { event } = moment;
  switch (event.__typename) {
    case 'GenerationQueued':
      return t('log.GenerationQueued', { position: event.position });
    case 'GenerationStarted':
      return t('log.GenerationStarted', { device: event.device.name });
    case 'GenerationResumed':
      return t(`log.GenerationResumed.${event.cause}`, { step: event.fromStep });
    case 'GenerationSucceeded':
      return t('cached' in event && event.cached ? 'log.GenerationSucceeded.cached' : 'log.GenerationSucceeded');
    case 'GenerationFailed':
      return t('log.GenerationFailed', { reason: event.failure.message });
    case 'GenerationCanceled':
      return t('log.GenerationCanceled');
  }
}
