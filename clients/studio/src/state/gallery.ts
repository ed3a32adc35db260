import type { Generation, GenerationFilter, ReelQLError } from '@reelql/sdk';
import { Generations, type GenerationsQueryVariables } from '../../../sdk/src/generated/operations.js';
import { client, documentOf } from '../transport/client.js';
import { errorOf } from '../transport/mutate.js';
import { type Item, itemOf, withFirstPage, withNextPage } from './gallery-list.js';
import { selection, without } from './selection.js';
import { Store, useStore } from './store.js';

export interface GalleryState {
  readonly filter: GenerationFilter;
  readonly items: readonly Item[];
  /** On the server, under the filter. Null until the first page is there. */
  readonly total: number | null;
  readonly loading: boolean;
  readonly failure: ReelQLError | null;
}

const pageSize = 60;
const document = documentOf(Generations);

/**
 * The list under the current filter, by keyset pages. Pages fill the cache and are not kept as queries: ten thousand results that the cache
 * watches would be read again with every change of one. The first page is fetched again when something has happened.
 */
class Gallery {
  readonly state = new Store<GalleryState>({ filter: {}, items: [], total: null, loading: false, failure: null });
  /** Counts the filters: an answer for an older one is dropped. */
  private generation = 0;
  private cursor: string | null = null;
  private refreshing = false;
  private staleSince = false;

  filter(filter: GenerationFilter): void {
    this.generation += 1;
    this.cursor = null;
    this.refreshing = false;
    // What fitted the last filter stays in sight until there is something better.
    this.state.set((state) => ({ ...state, filter, total: null, loading: true, failure: null }));
    void this.refresh();
  }

  /** Fetches the newest again; once more afterwards if it was asked for meanwhile. */
  async refresh(): Promise<void> {
    if (this.refreshing) {
      this.staleSince = true;
      return;
    }
    this.refreshing = true;
    this.staleSince = false;
    const { generation } = this;
    const page = await this.page({ first: pageSize });
    if (generation !== this.generation) return;
    this.refreshing = false;
    if (page) {
      const newest = page.edges.map(({ node }) => itemOf(node));
      const { items: before, total } = this.state.get();
      const items = withFirstPage(total === null ? [] : before, newest, !page.pageInfo.hasNextPage);
      if (items.length === newest.length) this.cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      this.state.set((state) => ({ ...state, items, total: page.totalCount, loading: false, failure: null }));
    }
    if (this.staleSince) void this.refresh();
  }

  /** The next page, unless there is none or it is on its way. */
  async more(): Promise<void> {
    const { generation, cursor } = this;
    if (cursor === null || this.state.get().loading) return;
    this.state.set((state) => ({ ...state, loading: true }));
    const page = await this.page({ first: pageSize, after: cursor });
    if (generation !== this.generation) return;
    if (!page) return;
    this.cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    this.state.set((state) => ({
      ...state,
      items: withNextPage(
        state.items,
        page.edges.map(({ node }) => itemOf(node)),
      ),
      total: page.totalCount,
      loading: false,
      failure: null,
    }));
  }

  /** After a failure: whichever page it was. */
  retry(): void {
    this.state.set((state) => ({ ...state, failure: null }));
    if (this.state.get().total === null) void this.refresh();
    else void this.more();
  }

  /** One that was just made here goes to the top at once, whatever the filter: who asked for it wants to see it. */
  add(generation: Generation): void {
    this.state.set((state) => {
      if (state.items.some(({ id }) => id === generation.id)) return state;
      return { ...state, items: [itemOf(generation), ...state.items], total: (state.total ?? 0) + 1 };
    });
  }

  /** They are gone, or going. */
  remove(ids: ReadonlySet<string>): void {
    selection.set((before) => without(before, ids));
    this.state.set((state) => {
      const items = state.items.filter(({ id }) => !ids.has(id));
      const removed = state.items.length - items.length;
      return removed === 0 ? state : { ...state, items, total: Math.max(0, (state.total ?? removed) - removed) };
    });
  }

  private async page(variables: GenerationsQueryVariables) {
    const { filter } = this.state.get();
    const { generation } = this;
    const { data, error } = await client.query(document, { ...variables, filter }, { requestPolicy: 'network-only' });
    if (data) return data.generations;
    if (generation === this.generation) {
      this.state.set((state) => ({ ...state, loading: false, failure: errorOf(error) }));
    }
    return null;
  }
}

export const gallery = new Gallery();

export const useGallery = () => useStore(gallery.state);
