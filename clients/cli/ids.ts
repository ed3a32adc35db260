import { NotFoundError, type ReelQL } from '../sdk/src/index.js';

/**
 * The generation that a person means: an id as printed, its part after the underscore, or `last` for the newest.
 * @throws NotFoundError where there is none yet
 */
export async function generationId(client: ReelQL, text: string): Promise<string> {
  if (text !== 'last') return text.includes('_') ? text : `generation_${text}`;
  const { edges } = await client.generations.list({ first: 1 });
  const [newest] = edges;
  if (!newest) throw new NotFoundError('There is no generation yet.', text);
  return newest.node.id;
}

/** @throws NotFoundError naming the models that there are */
export async function modelId(client: ReelQL, name: string): Promise<string> {
  const models = await client.models();
  const model = models.find((one) => one.name === name || one.id === name);
  if (model) return model.id;
  const names = models.map((one) => one.name).join(', ');
  throw new NotFoundError(`There is no model "${name}". There are: ${names}.`, name);
}
