import { ModelError } from '../../inference/bundle/model-error.js';
import type { Limits, VerifyRow } from '../../inference/verify/compare.js';
import { type Family, families, verifyModel } from '../../inference/verify/verify.js';
import { command } from './command.js';
import { onStdout } from './style.js';

export const modelsVerify = command({
  meta: {
    name: 'verify',
    description: 'Compare a model with what the original implementation computed; exits 1 if it differs',
  },
  args: {
    directory: { type: 'positional', description: 'A diffusers folder', required: true },
    reference: {
      type: 'string',
      description: 'Folder of reference tensors laid out like wan-micro-set/ref, its manifest.json beside it',
      required: true,
    },
    only: { type: 'string', description: `Some of the families, with commas: ${families.join(',')}` },
    json: { type: 'boolean', description: 'One JSON object a case' },
  },
  async run({ args }) {
    const { directory, reference } = args;
    const only = args.only === undefined ? families : args.only.split(',').map(familyOf);
    let cases = 0;
    let bad = 0;
    if (!args.json) process.stdout.write(`${onStdout.bold(columns('', 'case', 'max_abs', 'rel_l2', 'limit'))}\n`);
    for await (const row of verifyModel({ directory, reference, only })) {
      cases++;
      if (!row.ok) bad++;
      process.stdout.write(`${args.json ? JSON.stringify(row) : line(row)}\n`);
    }
    if (!args.json) process.stdout.write(`${cases - bad} of ${cases} cases hold\n`);
    if (bad > 0) process.exitCode = 1;
  },
});

function familyOf(text: string): Family {
  const family = families.find((each) => each === text);
  if (!family) throw new ModelError('UNSUPPORTED', `--only takes ${families.join(', ')}, not "${text}"`);
  return family;
}

function line(row: VerifyRow): string {
  const mark = row.ok ? onStdout.green('ok  ') : onStdout.red('FAIL');
  if (row.error) return `${mark} ${row.case}: ${row.error}`;
  return columns(mark, row.case, number(row.max_abs), number(row.rel_l2), limits(row.limit));
}

function columns(mark: string, name: string, maxAbs: string, relL2: string, limit: string): string {
  return `${mark || '    '} ${name.padEnd(44)} ${maxAbs.padStart(9)} ${relL2.padStart(9)}  ${limit}`;
}

function limits(limit: Limits): string {
  return Object.entries(limit)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(', ');
}

function number(value: number): string {
  return value === 0 ? '0' : value.toExponential(2);
}
