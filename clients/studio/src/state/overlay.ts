import { Store, useStore } from './store.js';

/** What lies over everything and has no address. */
export type Overlay = 'palette' | 'hotkeys' | 'parameter-grid' | 'model-card';

const overlay = new Store<Overlay | null>(null);

export const useOverlay = () => useStore(overlay);
export const openOverlay = (name: Overlay) => overlay.set(name);
export const closeOverlay = () => overlay.set(null);
