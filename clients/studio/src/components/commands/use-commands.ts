import type { Generation } from '@reelql/sdk';
import { hasEnded } from '@reelql/sdk';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { useTranslate } from '../../i18n/index.js';
import { cancel, createMany, retry, star } from '../../state/actions.js';
import { draft } from '../../state/composer.js';
import { deleteSoon, undoMs } from '../../state/deletion.js';
import { draftOf, inputOf, randomSeed } from '../../state/draft.js';
import { gallery } from '../../state/gallery.js';
import { generationOf } from '../../state/generation.js';
import { closeOverlay } from '../../state/overlay.js';
import { currentRoute, goHome, navigate } from '../../state/route.js';
import { attempt } from '../tile/attempt.js';

export const mostCompared = 4;
const variationCount = 4;

/** What can be done with generations, for buttons, hotkeys and the palette alike. Each says what became of it. */
export function useCommands() {
  const t = useTranslate();
  return useMemo(() => {
    /** Those that are there; what is gone is passed over. */
    const each = (ids: readonly string[], act: (generation: Generation) => Promise<unknown>) =>
      attempt(t, async () => {
        const generations = await Promise.all(ids.map(generationOf));
        await Promise.all(generations.filter((one) => one !== null).map(act));
      });
    const intoForm = (ids: readonly string[], seed: 'same' | 'another') =>
      each(ids.slice(0, 1), async (generation) => {
        draft.set(draftOf(generation, { seed }));
        if (currentRoute().name !== 'gallery') navigate({ name: 'gallery' });
        closeOverlay();
        toast(seed === 'same' ? t('done.reuse', { seed: String(generation.settings.seed) }) : t('done.remix'));
        focusPrompt();
      });
    return {
      remix: (ids: readonly string[]) => intoForm(ids, 'another'),
      reuse: (ids: readonly string[]) => intoForm(ids, 'same'),
      variations: (ids: readonly string[]) =>
        each(ids.slice(0, 1), async (generation) => {
          const input = inputOf(draftOf(generation, { seed: 'another' }), { first: false });
          const seeds = Array.from({ length: variationCount }, () => randomSeed());
          const made = await createMany(seeds.map((seed) => ({ ...input, settings: { ...input.settings, seed } })));
          for (const one of made) gallery.add(one);
          toast(t('done.variations', { count: made.length }));
        }),
      retry: (ids: readonly string[]) => each(ids, async ({ id }) => gallery.add(await retry(id))),
      cancel: (ids: readonly string[]) =>
        each(ids, async ({ id, status }) => (hasEnded(status) ? undefined : cancel(id))),
      /** All, or where all are starred already none. */
      star: (ids: readonly string[]) =>
        attempt(t, async () => {
          const generations = (await Promise.all(ids.map(generationOf))).filter((one) => one !== null);
          const starred = !generations.every((one) => one.starred);
          await Promise.all(generations.map(({ id }) => star(id, starred)));
        }),
      compare: (ids: readonly string[]) => {
        if (ids.length < 2) toast(t('compare.choose'));
        else navigate({ name: 'compare', ids: ids.slice(0, mostCompared) });
      },
      delete: (ids: readonly string[]) => {
        if (ids.length === 0) return;
        const { undo } = deleteSoon(ids, (error) => void attempt(t, () => Promise.reject(error)));
        const { name } = currentRoute();
        if (name === 'detail' || name === 'compare') goHome();
        toast(t('done.deleted', { count: ids.length }), {
          duration: undoMs - 200,
          action: { label: t('done.undo'), onClick: undo },
        });
      },
    };
  }, [t]);
}

export type Commands = ReturnType<typeof useCommands>;

/** When the form is in front again. */
function focusPrompt(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      scrollTo({ top: 0 });
      document.querySelector<HTMLElement>('main textarea')?.focus({ preventScroll: true });
    }),
  );
}
