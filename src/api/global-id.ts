/**
 * Ids as clients see them: `generation_<uuid>`, `model_<name>`, `device_<id>`, `upload_<uuid>`. To clients they are opaque; the prefix lets
 * `node` find the type, an id of one type never passes for another, and people can read them in logs.
 */
export const nodeTypes = ['generation', 'model', 'device', 'upload'] as const;
export type NodeType = (typeof nodeTypes)[number];

export function globalId(type: NodeType, id: string): string {
  return `${type}_${id}`;
}

/** Null for what is no id of ours. */
export function parseGlobalId(text: string): { readonly type: NodeType; readonly id: string } | null {
  const type = nodeTypes.find((one) => text.startsWith(`${one}_`) && text.length > one.length + 1);
  return type ? { type, id: text.slice(type.length + 1) } : null;
}

/** The id within its type; null where the global id is of another type or none at all. */
export function idOf(type: NodeType, text: string): string | null {
  const parsed = parseGlobalId(text);
  return parsed?.type === type ? parsed.id : null;
}

/** The same for an id that may be left out: undefined then, and null, as ever, for one that is none. */
export function optionalIdOf(type: NodeType, text: string | null | undefined): string | null | undefined {
  return text == null ? undefined : idOf(type, text);
}
