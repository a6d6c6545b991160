import { z } from 'zod';

/** What a token lets its holder do: `view` reads everything, `control` changes things, too. */
export const Scope = z.enum(['view', 'control']);
export type Scope = z.infer<typeof Scope>;

/** Name of the one token that the configuration has as `server.token`. */
export const MAIN_TOKEN = 'main';

/** A token as configured. */
export interface AccessToken {
  /** For people, and to tell whose session one is; unique. */
  name: string;
  /** The secret itself. */
  token: string;
  scope: Scope;
}

/** Whether who has the scope `has` may do what needs `needed`. */
export function covers(has: Scope, needed: Scope): boolean {
  return has === 'control' || needed === 'view';
}
