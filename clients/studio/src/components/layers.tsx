import { lazy, Suspense } from 'react';
import { useOverlay } from '../state/overlay.js';
import { useRoute } from '../state/route.js';
import { SubjectKeys } from './commands/subject-keys.js';
import { DropZone } from './drop/drop-zone.js';

const Detail = lazy(() => import('./detail/detail.js'));
const Compare = lazy(() => import('./compare/compare.js'));
const Machine = lazy(() => import('./machine/machine.js'));
const ParameterGrid = lazy(() => import('./grid/parameter-grid.js'));
const ModelCard = lazy(() => import('./composer/model-card.js'));
const Palette = lazy(() => import('./commands/palette.js'));
const HotkeySheet = lazy(() => import('./commands/hotkey-sheet.js'));

/** All that lies over the gallery: by the address, and over that by the overlay. Each is loaded when it is first wanted. */
export function Layers() {
  const route = useRoute();
  const overlay = useOverlay();
  return (
    <>
      <SubjectKeys />
      <DropZone />
      <Suspense fallback={null}>
        {route.name === 'detail' && <Detail id={route.id} />}
        {route.name === 'compare' && <Compare ids={route.ids} />}
        {route.name === 'machine' && <Machine />}
        {overlay === 'parameter-grid' && <ParameterGrid />}
        {overlay === 'model-card' && <ModelCard />}
        {overlay === 'palette' && <Palette />}
        {overlay === 'hotkeys' && <HotkeySheet />}
      </Suspense>
    </>
  );
}
