/** A word of an enum: bare in a document, a string in JSON. */
export class Word {
  constructor(private readonly name: string) {}
  toJSON(): string {
    return this.name;
  }
}

export type Value = string | number | boolean | null | Word | readonly Value[] | { readonly [name: string]: Value };

/** A value as it stands in a document. */
export function literal(value: Value): string {
  if (value instanceof Word) return value.toJSON();
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, one]) => `${name}: ${literal(one)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

const numbers = [0, 1, -1, 2, 5, 32, 64, 100, 101, 33, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 2 ** 53, 1e308];
const fractions = [0, 0.5, -0.5, 1.5, 7.5, 1e-300, -1e300, ...numbers];
const texts = [
  '',
  ' ',
  'a boat',
  '一只猫在月光下',
  'ab'.repeat(5000),
  "'; DROP TABLE Generation; --",
  '%_\\',
  '\u0000\u0007\u2028',
  '👩‍👩‍👧',
  '\ud800',
  '"""',
  '${x}',
  '../../../etc/passwd',
];

/** Candidates for each scalar: mostly of its form, some of another. `ids` are those that exist. */
export function candidates(scalar: string, ids: readonly string[]): readonly Value[] {
  switch (scalar) {
    case 'Boolean':
      return [true, false];
    case 'ID':
      return [...ids, ...ids, 'generation_', 'generation_x', 'model_toy', 'device_cpu', 'upload_1', 7, ...texts];
    case 'Float':
      return fractions;
    case 'Int':
    case 'SafeInt':
    case 'PositiveInt':
    case 'NonNegativeInt':
      return [...numbers, 0.5];
    case 'DateTimeISO':
      return ['2026-01-01T00:00:00.000Z', '2026-13-45T99:99:99Z', '-271821-04-20T00:00:00.000Z', 'now', '', 3];
    case 'URL':
      return ['https://example.com/hook', 'http://127.0.0.1:1/', 'file:///etc/passwd', 'javascript:0', 'http://[', ''];
    case 'UUID':
      return ['01a2047d-bbb4-70aa-b60a-5502d325c74c', '01a2047d-bbb4-70aa-b60a-5502d325c74d', 'no', ''];
    case 'String':
      return [...texts, 7, null];
    default:
      throw new Error(`${scalar} is a new scalar: give it candidates.`);
  }
}
