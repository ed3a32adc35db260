import { useHotkey } from '../../state/hotkeys.js';
import { openOverlay, useOverlay } from '../../state/overlay.js';
import { useRoute } from '../../state/route.js';
import { selection, subjectsOf } from '../../state/selection.js';
import { useCommands } from './use-commands.js';

/** Binds the hotkeys that mean a video, and those that open what lies over everything. */
export function SubjectKeys() {
  const commands = useCommands();
  const route = useRoute();
  const covered = useOverlay() !== null;
  const enabled = !covered && (route.name === 'gallery' || route.name === 'detail');
  const subjects = () => (route.name === 'detail' ? [route.id] : subjectsOf(selection.get()));
  useHotkey('palette', () => openOverlay('palette'));
  useHotkey('sheet', () => openOverlay('hotkeys'));
  useHotkey('remix', () => void commands.remix(subjects()), enabled);
  useHotkey('reuse', () => void commands.reuse(subjects()), enabled);
  useHotkey('star', () => void commands.star(subjects()), enabled);
  useHotkey('delete', () => commands.delete(subjects()), enabled);
  useHotkey('compare', () => commands.compare(selection.get().selected), enabled && route.name === 'gallery');
  return null;
}
