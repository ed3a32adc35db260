import { readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/api/policy/cost.js';
import { operationLimits } from '../../src/api/policy/limits.js';

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation.');
  return costOf({ schema, document, operation, variables });
}

const page = (size: string, fields = 'id') => `{ generations(${size}) { edges { node { ${fields} } } } }`;

describe('the cost of an operation', () => {
  it('is its fields, times the size of each page around them', () => {
    expect(cost('{ queue { depth running } }')).toBe(3);
    // The connection itself, then edges, node and id for each of ten.
    expect(cost(page('first: 10'))).toBe(1 + 10 * 3);
    expect(cost(page('last: 10'))).toBe(1 + 10 * 3);
    expect(cost('{ generations { pageInfo { hasNextPage } } }')).toBe(1 + 20 * 2);
    expect(cost(page('first: 10', 'remixedFrom { id prompt }'))).toBe(1 + 10 * (2 + 3));
  });

  it('takes variables and their defaults into account', () => {
    const asked = (declared: string) => `query (${declared}) ${page('first: $n')}`;
    expect(cost(asked('$n: Int'), { n: 50 })).toBe(1 + 50 * 3);
    expect(cost(asked('$n: Int = 7'))).toBe(1 + 7 * 3);
    expect(cost(asked('$n: Int = 7'), { n: 50 })).toBe(1 + 50 * 3);
    expect(cost(asked('$n: Int'), {})).toBe(1 + 20 * 3);
    expect(cost(asked('$n: Int = 7'), { n: null })).toBe(1 + 20 * 3);
  });

  it('multiplies lists by what the caller gives, else by 5', () => {
    expect(cost('{ models { name } }')).toBe(1 + 5);
    expect(cost('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b', 'c'] })).toBe(1 + 3);
    expect(cost('{ nodes(ids: ["a", "b"]) { id } }')).toBe(1 + 2);
  });

  it('counts what fragments hide, each spread of it', () => {
    const fragment = 'fragment F on Generation { id prompt }';
    expect(cost(`${page('first: 10', '...F')} ${fragment}`)).toBe(1 + 10 * 4);
    expect(cost(`${page('first: 10', 'remixedFrom { ...F } ...F')} ${fragment}`)).toBe(1 + 10 * (2 + 3 + 2));
    expect(cost('{ node(id: "a") { ... on Generation { id } ... on Model { name } } }')).toBe(3);
  });

  it('finds introspection free', () => {
    expect(cost('{ __schema { types { name } } __typename }')).toBe(0);
  });

  it('is finite whatever is sent, and bounded by the largest page', () => {
    const asked = `query ($n: Int) ${page('first: $n')}`;
    for (const n of [1e9, -5, '100', [], {}, Number.POSITIVE_INFINITY]) {
      const counted = cost(asked, { n });
      expect(counted).toBeGreaterThanOrEqual(0);
      expect(counted).toBeLessThanOrEqual(1 + 100 * 3);
    }
    const spread = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Generation { ...F${n + 1} ...F${n + 1} }`);
    expect(cost(`${page('first: 100', '...F0')} ${spread.join(' ')} fragment F40 on Generation { id }`)).toBe(
      1 + 100 * (2 + 2 ** 40),
    );
  });

  it('lets the largest page with everything through, and no page of pages', () => {
    const everything = `id status prompt negativePrompt priority modelName lastSequence createdAt startedAt finishedAt
      settings { width height frameCount fps steps guidanceScale sampler shift seed } adjustments { field from to reason }
      progress { phase step totalSteps fraction secondsRemaining queuePosition
        preview { step width height frameCount mimeType data url } }
      artifacts { kind url mimeType bytes sha256 width height durationSeconds } failure { code message retryable }
      usage { queueSeconds computeSeconds wallSeconds peakBytes } model { id name title } device { id name }
      remixedFrom { id } retriedFrom { id }`;
    const largest = cost(page('first: 100', everything));
    expect(largest).toBeLessThan(operationLimits.cost / 3);
    const queue = `{ queue { entries(first: 100) { edges { node { events(first: 100) { edges { node { __typename
      ... on GenerationProgressed { progress { phase step fraction } } } } } } } } } }`;
    expect(cost(queue)).toBeGreaterThan(operationLimits.cost);
  });
});
