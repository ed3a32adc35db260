import { Store, useStore } from './store.js';

const announcement = new Store('');

/** Has a screen reader say something, politely, when it has a moment. For what happens out of sight, not for every step. */
export const announce = (text: string) => announcement.set(text);
export const useAnnouncement = () => useStore(announcement);
