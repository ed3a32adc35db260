import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const documents = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map((match) => match[1] as string);
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

describe('the README', () => {
  it('has GraphQL examples', () => expect(documents.length).toBeGreaterThanOrEqual(4));

  it.each(documents)('shows an operation that the schema allows: %s', (document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(((?!http|#)[^)]+)\)/g)].map((match) => match[1] as string);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(() => readFileSync(link)).not.toThrow();
  });
});
