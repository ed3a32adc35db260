import { createMany } from './actions.js';
import { draft } from './composer.js';
import { randomSeed } from './draft.js';
import { gallery } from './gallery.js';
import { type Axis, axisNames, gridOf } from './grid-axes.js';
import { type Store, storedStore, useStore } from './store.js';

/** What the form holds. */
export interface GridPlan {
  readonly columns: Axis;
  readonly rows: Axis | null;
}

/** A grid that was asked for: its cells fill as they are made, also after a reload. */
export interface MadeGrid {
  readonly columnAxis: Axis;
  readonly rowAxis: Axis | null;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly prompt: string;
  /** Row by row. */
  readonly ids: readonly string[];
}

const firstPlan: GridPlan = {
  columns: { name: 'steps', text: '6, 12, 20', replaces: '' },
  rows: { name: 'guidanceScale', text: '1, 3, 6', replaces: '' },
};

export const plan: Store<GridPlan> = storedStore('reelql.gridPlan', (stored) => {
  const { columns, rows } = (stored ?? {}) as Partial<GridPlan>;
  return isAxis(columns) && (rows === null || isAxis(rows)) ? { columns, rows } : firstPlan;
});

export const made: Store<MadeGrid | null> = storedStore('reelql.grid', (stored) => {
  const grid = stored as MadeGrid | null;
  return grid !== null && Array.isArray(grid.ids) && isAxis(grid.columnAxis) ? grid : null;
});

export const usePlan = () => useStore(plan);
export const useMadeGrid = () => useStore(made);

/** One batch, all or none. @throws ReelQLError */
export async function makeGrid(): Promise<void> {
  const { columns, rows } = plan.get();
  const asked = draft.get();
  const grid = gridOf(asked, columns, rows, randomSeed());
  const generations = await createMany(grid.inputs);
  for (const generation of [...generations].reverse()) gallery.add(generation);
  made.set({
    columnAxis: columns,
    rowAxis: rows,
    columns: grid.columns,
    rows: grid.rows,
    prompt: asked.prompt,
    ids: generations.map(({ id }) => id),
  });
}

function isAxis(value: unknown): value is Axis {
  const { name, text, replaces } = (value ?? {}) as Partial<Axis>;
  return axisNames.includes(name as Axis['name']) && typeof text === 'string' && typeof replaces === 'string';
}
