// Who may hold a session at all: what the server's options require of every user.
import { isMember, type Requirement } from './requirement.ts';

export interface MembershipParts {
  /** --email-domain and --authenticated-emails-file. */
  readonly admitsEmail: (email: string) => boolean;
  readonly allowedGroups: readonly string[];
  /** Realm roles as `admin`, client roles as `client:reader`. */
  readonly allowedRoles: readonly string[];
}

export function membership({ admitsEmail, allowedGroups, allowedRoles }: MembershipParts): readonly Requirement[] {
  // A session without an e-mail passes here; the callback is where it is refused (reference: validator, OAuthCallback).
  const email: Requirement = {
    name: 'email',
    accepts: (session) => session.email === '' || admitsEmail(session.email),
  };
  if (allowedGroups.length === 0 && allowedRoles.length === 0) return [email];
  // One of the groups or one of the roles is enough: the reference makes one list of both. A role is never looked for among
  // groups, not even in a session that another provider made and that has no roles (security N10).
  const belonging: Requirement = {
    name: allowedGroups.length === 0 ? 'role' : 'group',
    accepts: (session) =>
      allowedGroups.some((group) => isMember(session, group)) ||
      allowedRoles.some((role) => session.roles?.includes(role)),
  };
  return [email, belonging];
}
