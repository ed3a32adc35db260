import { useTranslate } from '../../i18n/index.js';
import { dateFilters, type Filters, statusFilters } from '../../state/filter-of.js';
import { filters, useFilters } from '../../state/filters.js';
import { useModels } from '../../state/models.js';
import { prefer, tileSizes, usePreferences } from '../../state/preferences.js';
import { Button, IconButton } from '../ui/button.js';
import { ChoiceMenu } from '../ui/choice-menu.js';
import { Icon } from '../ui/icon.js';
import styles from './gallery-filters.module.css';

const everyModel = '';

/** What narrows the gallery, and how large its tiles are. */
export function GalleryFilters() {
  const t = useTranslate();
  const models = useModels();
  const { text, status, modelId, starred, date } = useFilters();
  const { tileSize } = usePreferences();
  const narrow = (change: Partial<Filters>) => filters.set((before) => ({ ...before, ...change }));
  const modelTitle = models.find(({ id }) => id === modelId)?.title;
  return (
    <search className={styles.filters}>
      <label className={styles.search}>
        <Icon name="search" size={16} />
        <input
          type="search"
          value={text}
          aria-label={t('filter.text')}
          placeholder={t('filter.text')}
          onChange={(event) => narrow({ text: event.target.value })}
        />
      </label>
      <ChoiceMenu
        label={t('filter.status')}
        trigger={
          <Button className={status === 'any' ? '' : styles.on}>
            {status === 'any' ? t('filter.status') : t(`filter.status.${status}`)}
            <Icon name="chevron" size={14} />
          </Button>
        }
        choices={statusFilters.map((name) => [name, t(`filter.status.${name}`)] as const)}
        chosen={status}
        onChoose={(chosen) => narrow({ status: chosen })}
      />
      <ChoiceMenu
        label={t('filter.date')}
        trigger={
          <Button className={date === 'any' ? '' : styles.on}>
            {date === 'any' ? t('filter.date') : t(`filter.date.${date}`)}
            <Icon name="chevron" size={14} />
          </Button>
        }
        choices={dateFilters.map((name) => [name, t(`filter.date.${name}`)] as const)}
        chosen={date}
        onChoose={(chosen) => narrow({ date: chosen })}
      />
      {models.length > 1 && (
        <ChoiceMenu
          label={t('filter.model')}
          trigger={
            <Button className={modelId === null ? '' : styles.on}>
              {modelTitle ?? t('filter.model')}
              <Icon name="chevron" size={14} />
            </Button>
          }
          choices={[
            [everyModel, t('filter.model.any')] as const,
            ...models.map(({ id, title }) => [id, title] as const),
          ]}
          chosen={modelId ?? everyModel}
          onChoose={(chosen) => narrow({ modelId: chosen === everyModel ? null : chosen })}
        />
      )}
      <IconButton
        icon="star"
        label={t('filter.starred')}
        filled={starred}
        aria-pressed={starred}
        className={starred ? styles.on : ''}
        onClick={() => narrow({ starred: !starred })}
      />
      <ChoiceMenu
        label={t('filter.size')}
        trigger={<IconButton icon="grid" label={t('filter.size')} />}
        choices={tileSizes.map((name) => [name, t(`filter.size.${name}`)] as const)}
        chosen={tileSize}
        onChoose={(chosen) => prefer({ tileSize: chosen })}
      />
    </search>
  );
}
