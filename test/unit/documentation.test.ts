import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../support/markdown-blocks.js';

const pages = [
  'README.md',
  'docs/api.md',
  'docs/codegen.md',
  'docs/http.md',
  'docs/webhooks.md',
  'clients/sdk/README.md',
  'clients/python/README.md',
];
const documents = pages.flatMap(blocksOf).filter(({ language }) => language === 'graphql');
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

describe('the documentation', () => {
  it('has GraphQL examples', () => expect(documents.length).toBeGreaterThanOrEqual(20));

  it.each(documents)('$place shows an operation that the schema allows', ({ text }) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  it.each(pages)('%s links to files that exist', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(((?!http|#)[^)]+)\)/g)].map(
      (match) => match[1] as string,
    );
    for (const link of links) expect(() => readFileSync(join(dirname(page), link))).not.toThrow();
  });
});
