import { expect, it } from 'vitest';
import { addressOf, type Route, routeOf } from '../../clients/studio/src/state/route.js';

const at = (address: string) => routeOf(new URL(address, 'http://studio.test'));

it.each<Route>([
  { name: 'gallery' },
  { name: 'machine' },
  { name: 'detail', id: 'R2VuOjE=' },
  { name: 'detail', id: 'a/b?c' },
  { name: 'compare', ids: ['R2VuOjE=', 'R2VuOjI='] },
])('has an address for %o, and finds it there again', (route) => {
  expect(at(addressOf(route))).toEqual(route);
});

it.each(['/nowhere', '/g', '/g/', '/g/1/2', '/g/%E0%A4%A', '/compare', '/compare?ids=', '/machine/1'])(
  'shows the gallery at %s',
  (address) => {
    expect(at(address)).toEqual({ name: 'gallery' });
  },
);
