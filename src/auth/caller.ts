export const roles = ['VIEWER', 'CREATOR', 'ADMIN'] as const;
/**
 * What a caller may do. VIEWER: read what is its own, and the state of the machine. CREATOR: also make, change and delete its
 * own generations. ADMIN: all of that with everybody's, and pause the queue.
 */
export type Role = (typeof roles)[number];

/** Who asks. Every use case of the application takes one; how it was found out is the business of the transports. */
export interface Caller {
  /** Id of the API key, and so the owner of what it makes; null where the server asks for none. */
  readonly keyId: string | null;
  readonly role: Role;
}

/** The caller of a server without authentication: whoever reaches it. */
export const anyone: Caller = { keyId: null, role: 'ADMIN' };

/** Whether what belongs to `owner` exists for this caller. What does not exist for it is answered like what never was. */
export function maySee({ keyId, role }: Caller, owner: string | null): boolean {
  return role === 'ADMIN' || (keyId !== null && keyId === owner);
}
