import type { Generation } from '@reelql/sdk';
import type { Translate } from '../../i18n/index.js';
import { promptText } from '../../i18n/prompt-text.js';

/** What a tile is called: its prompt, where it stands, and why it failed. */
export function tileName({ prompt, status, failure }: Generation, t: Translate): string {
  const name = t('tile.named', { prompt: promptText(prompt, t), status: t(`status.${status}`) });
  return failure ? t('tile.named', { prompt: name, status: t(`failure.${failure.code}`) }) : name;
}
