import { Store, useStore } from './store.js';

/** Where the page is. The gallery lies under all but `compare`. */
export type Route =
  | { readonly name: 'gallery' }
  | { readonly name: 'detail'; readonly id: string }
  | { readonly name: 'compare'; readonly ids: readonly string[] }
  | { readonly name: 'machine' };

/** The route of an address; the gallery for one that means nothing. */
export function routeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Route {
  const [first, second, ...rest] = pathname.split('/').filter((part) => part !== '');
  if (first === 'g' && second !== undefined && rest.length === 0) {
    const id = decoded(second);
    if (id !== null) return { name: 'detail', id };
  }
  if (first === 'machine' && second === undefined) return { name: 'machine' };
  if (first === 'compare' && second === undefined) {
    const ids = (new URLSearchParams(search).get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length > 0) return { name: 'compare', ids };
  }
  return { name: 'gallery' };
}

export function addressOf(route: Route): string {
  switch (route.name) {
    case 'gallery':
      return '/';
    case 'detail':
      return `/g/${encodeURIComponent(route.id)}`;
    case 'compare':
      return `/compare?ids=${route.ids.map(encodeURIComponent).join(',')}`;
    case 'machine':
      return '/machine';
  }
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

const route = new Store<Route>({ name: 'gallery' });

/** Begins to follow the address bar and its back button. */
export function followAddress(): void {
  const read = () => route.set(routeOf(location));
  window.addEventListener('popstate', read);
  read();
}

/** `replace` leaves no step back: for going from one video to the next while looking at them. */
export function navigate(to: Route, { replace = false }: { readonly replace?: boolean } = {}): void {
  const address = addressOf(to);
  if (address !== location.pathname + location.search) {
    if (replace) history.replaceState(history.state, '', address);
    else history.pushState({ inside: true }, '', address);
  }
  route.set(to);
}

/** Closes what lies over the gallery: a step back where the page itself had opened it, so that Back does not open it again. */
export function goHome(): void {
  if ((history.state as { inside?: boolean } | null)?.inside) history.back();
  else navigate({ name: 'gallery' }, { replace: true });
}

export const useRoute = (): Route => useStore(route);
export const currentRoute = (): Route => route.get();
