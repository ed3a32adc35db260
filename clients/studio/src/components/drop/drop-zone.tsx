import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { type Translate, useTranslate } from '../../i18n/index.js';
import { attachPicture, draft, problem } from '../../state/composer.js';
import { useModels } from '../../state/models.js';
import { commentOfMp4 } from '../../state/mp4-comment.js';
import { closeOverlay } from '../../state/overlay.js';
import { draftOfRecipe, recipeOf } from '../../state/recipe.js';
import { currentRoute, navigate } from '../../state/route.js';
import styles from './drop-zone.module.css';

type Models = ReturnType<typeof useModels>;

/** Takes files that are dropped anywhere on the page. Nothing of a video is uploaded: it is read here. */
export function DropZone() {
  const t = useTranslate();
  const models = useModels();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const brings = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // Leaving the window leads nowhere; going from one element to another leads to that.
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) void take(file, models, t);
    };
    const stop = new AbortController();
    const { signal } = stop;
    addEventListener('dragenter', enter, { signal });
    addEventListener('dragover', enter, { signal });
    addEventListener('dragleave', leave, { signal });
    addEventListener('drop', drop, { signal });
    return () => stop.abort();
  }, [models, t]);
  if (!over) return null;
  return (
    <div className={styles.zone} aria-hidden="true">
      <div className={styles.frame}>
        <strong>{t('drop.here')}</strong>
        <span>{t('drop.hint')}</span>
      </div>
    </div>
  );
}

async function take(file: File, models: Models, t: Translate): Promise<void> {
  if (file.type.startsWith('image/') && file.type !== 'image/gif') {
    toForm();
    await attachPicture(file);
    return;
  }
  const comment = await commentOfMp4(file);
  const recipe = comment === null ? null : recipeOf(comment);
  if (!recipe) {
    toast.error(t(file.type.startsWith('video/') ? 'drop.noRecipe' : 'drop.unknown', { file: file.name }));
    return;
  }
  problem.set(null);
  draft.set(draftOfRecipe(recipe, models));
  toForm();
  const known = models.some(({ name }) => name === recipe.model);
  toast(t('drop.recipe', { file: file.name }), {
    description: known ? undefined : t('drop.otherModel', { model: recipe.model }),
  });
}

function toForm(): void {
  closeOverlay();
  if (currentRoute().name !== 'gallery') navigate({ name: 'gallery' });
  scrollTo({ top: 0 });
}
