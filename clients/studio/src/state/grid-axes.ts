import type { CreateGenerationInput, Sampler } from '@reelql/sdk';
import { type Draft, inputOf } from './draft.js';

/** What can differ along an axis of a parameter grid. `words` puts texts into the prompt. */
export const axisNames = ['steps', 'guidanceScale', 'shift', 'seed', 'fps', 'sampler', 'words'] as const;
export type AxisName = (typeof axisNames)[number];

export interface Axis {
  readonly name: AxisName;
  /** As typed: values between commas, and ranges of whole numbers such as 4..12 or 4..12/4. */
  readonly text: string;
  /** For `words`: what of the prompt the values stand in for; where it is empty, or not in the prompt, they are put behind it. */
  readonly replaces: string;
}

export interface Grid {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Row by row. */
  readonly inputs: readonly CreateGenerationInput[];
}

export const mostCells = 64;

/** The values of an axis in the order typed, none twice; those that are none of its kind are left out. */
export function valuesOf({ name, text }: Pick<Axis, 'name' | 'text'>): readonly string[] {
  const parts = text
    .split(/[,，、\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...new Set(parts.flatMap((part) => valuesOfPart(name, part)))];
}

function valuesOfPart(name: AxisName, part: string): readonly string[] {
  if (name === 'words') return [part];
  if (name === 'sampler') return ['UNIPC', 'EULER', 'DMD'].filter((sampler) => sampler === part.toUpperCase());
  const range = /^(\d+)\s*\.\.\s*(\d+)(?:\s*\/\s*(\d+))?$/.exec(part);
  if (range) {
    const [from, to, step] = [Number(range[1]), Number(range[2]), Math.max(1, Number(range[3] ?? 1))];
    const count = Math.min(mostCells, Math.floor((to - from) / step) + 1);
    return Array.from({ length: Math.max(0, count) }, (_, index) => String(from + index * step));
  }
  const value = Number(part);
  return Number.isFinite(value) ? [String(value)] : [];
}

/**
 * The requests of a grid. Cells that differ in nothing but their place on the axes: where the seed is no axis, all have the same one.
 * @param rows null for a single row
 * @param seed for a draft that keeps none
 */
export function gridOf(draft: Draft, columns: Axis, rows: Axis | null, seed: number): Grid {
  const base: Draft = { ...draft, seed: draft.seed ?? seed };
  const across = valuesOf(columns);
  const down = rows ? valuesOf(rows) : [''];
  const cell = (row: string, column: string) => {
    const placed = withValue(rows ? withValue(base, rows, row) : base, columns, column);
    return inputOf(placed, { first: false });
  };
  return { columns: across, rows: down, inputs: down.flatMap((row) => across.map((column) => cell(row, column))) };
}

function withValue(draft: Draft, { name, replaces }: Axis, value: string): Draft {
  switch (name) {
    case 'words':
      return { ...draft, prompt: withWords(draft.prompt, replaces.trim(), value) };
    case 'seed':
      return { ...draft, seed: Number(value) };
    case 'sampler':
      return { ...draft, settings: { ...draft.settings, sampler: value as Sampler } };
    default:
      return { ...draft, settings: { ...draft.settings, [name]: Number(value) } };
  }
}

function withWords(prompt: string, replaces: string, words: string): string {
  const at = replaces === '' ? -1 : prompt.toLowerCase().indexOf(replaces.toLowerCase());
  if (at < 0) return `${prompt.trim().replace(/[.,]$/, '')}, ${words}`;
  return prompt.slice(0, at) + words + prompt.slice(at + replaces.length);
}
