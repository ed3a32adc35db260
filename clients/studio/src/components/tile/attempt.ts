import { ReelQLError } from '@reelql/sdk';
import { toast } from 'sonner';
import type { Translate } from '../../i18n/index.js';

/** Does something to a generation, and says so where it did not work. */
export async function attempt(t: Translate, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ReelQLError)) throw error;
    toast.error(t('action.failed', { reason: error.message }));
  }
}
