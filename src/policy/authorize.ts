// May this session enter this location? Pure: no clock, no network, no HTTP.
import type { Session } from '../session/session.ts';
import type { Requirement } from './requirement.ts';

/** What one location asks. Requirements add up; alternatives live inside one. */
export interface Rule {
  /** On the skip list: strangers may enter. */
  readonly open: boolean;
  /** Who may hold a session at all: the server's options. */
  readonly membership: readonly Requirement[];
  /** Who may enter here: the query of the auth_request URL. */
  readonly location: readonly Requirement[];
}

/** Every answer there is. A handler can only translate it. */
export type Decision =
  | { readonly kind: 'allow'; readonly as: Session | undefined }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'evict'; readonly session: Session; readonly because: Requirement['name'] }
  | { readonly kind: 'forbid'; readonly session: Session; readonly because: Requirement['name'] };

export function authorize(session: Session | undefined, rule: Rule): Decision {
  if (session === undefined) return rule.open ? { kind: 'allow', as: undefined } : { kind: 'sign-in' };

  // An open location does not ask who holds a session (reference: authOnlyAuthorize) …
  const evicted = rule.open ? undefined : firstUnmet(rule.membership, session);
  if (evicted !== undefined) return { kind: 'evict', session, because: evicted.name };

  // … but it keeps its own query.
  const forbidden = firstUnmet(rule.location, session);
  if (forbidden !== undefined) return { kind: 'forbid', session, because: forbidden.name };

  return { kind: 'allow', as: session };
}

function firstUnmet(requirements: readonly Requirement[], session: Session): Requirement | undefined {
  return requirements.find((requirement) => !requirement.accepts(session));
}
