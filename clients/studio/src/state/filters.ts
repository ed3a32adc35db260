import { type Filters, filterOf, noFilters } from './filter-of.js';
import { gallery } from './gallery.js';
import { Store, useStore } from './store.js';

export const filters = new Store<Filters>(noFilters);

export const useFilters = () => useStore(filters);

/** Nobody waits for the results of half a word. */
const typingMs = 250;

/** Lets the gallery show what the filters say, from now on. */
export function applyFilters(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let before = filters.get();
  gallery.filter(filterOf(before, Date.now()));
  filters.subscribe((now) => {
    clearTimeout(timer);
    const typing = now.text !== before.text;
    before = now;
    timer = setTimeout(() => gallery.filter(filterOf(now, Date.now())), typing ? typingMs : 0);
  });
}
