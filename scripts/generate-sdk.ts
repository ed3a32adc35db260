/** Writes the SDK's types and documents from the schema and clients/sdk/operations; `--check` only compares and exits 1 when they differ. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';

const folder = 'clients/sdk/operations';
const target = 'clients/sdk/src/generated/operations.ts';

const integers = ['SafeInt', 'NonNegativeInt', 'PositiveInt'];
const strings = ['ID', 'DateTimeISO', 'URL', 'UUID'];
const config = {
  scalars: {
    ...Object.fromEntries(integers.map((name) => [name, 'number'])),
    ...Object.fromEntries(strings.map((name) => [name, 'string'])),
  },
  strictScalars: true,
  skipTypename: true,
  immutableTypes: true,
  enumType: 'string-literal',
  inlineFragmentTypes: 'combine',
};

/** One constant an operation: its text with the fragments it uses, typed by what it takes and gives. */
const documentsPlugin = {
  plugin(_schema: unknown, files: readonly { document?: DocumentNode }[]): string {
    const definitions = files.flatMap(({ document }) => document?.definitions ?? []);
    const fragments = new Map(
      definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
    );
    const constants = definitions
      .filter((one) => one.kind === Kind.OPERATION_DEFINITION)
      .map((operation) => constantOf(operation, fragments));
    return `/** A document, typed by what it gives and takes. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly query: string;
  /** For the compiler only. */
  readonly types?: (variables: Variables) => Data;
}

${constants.join('\n\n')}`;
  },
};

function constantOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = operation.name?.value as string;
  const kind = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[operation.operation];
  const used = new Set<FragmentDefinitionNode>();
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value) as FragmentDefinitionNode;
        if (used.has(fragment)) return;
        used.add(fragment);
        collect(fragment);
      },
    });
  collect(operation);
  const query = [operation, ...used].map(print).join('\n');
  return `export const ${name}: Operation<${name}${kind}, ${name}${kind}Variables> = {
  name: '${name}',
  query: \`${query}\`,
};`;
}

const schema = parse(await readFile('schema/schema.graphql', 'utf8'));
const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
const documents = await Promise.all(
  files.map(async (file) => ({ location: file, document: parse(await readFile(join(folder, file), 'utf8')) })),
);
const code = await codegen({
  filename: target,
  schema,
  documents,
  config,
  plugins: [{ types: {} }, { documents: {} }],
  pluginMap: { types: typescriptOperations, documents: documentsPlugin },
});
const generated = `// Written by scripts/generate-sdk.ts from schema/schema.graphql and ${folder}. Do not edit.\n${code}\n`;

if (argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== generated) {
    console.error(`${target} is not what the schema says. Run: npm run generate:sdk`);
    exit(1);
  }
  console.log(`${target} follows the schema.`);
} else {
  await writeFile(target, generated);
  console.log(`Wrote ${target}.`);
}
