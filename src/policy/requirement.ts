// What can be asked of a session? One condition; alternatives live inside it, several conditions add up.
import type { Session } from '../session/session.ts';

export interface Requirement {
  /** Stable: it is the reason that the log and the 403 page give. */
  readonly name: 'email' | 'group' | 'role' | 'allowed_groups' | 'allowed_emails' | 'allowed_email_domains';
  accepts(session: Session): boolean;
}

const rolePrefix = 'role:';

/**
 * Groups are compared whole and case-sensitively (reference: provider_default.go).
 * Security N10: where the provider tells roles, `role:NAME` means a role; a plain group that is called so does not count.
 */
export function isMember({ groups, roles }: Pick<Session, 'groups' | 'roles'>, wanted: string): boolean {
  if (roles !== undefined && wanted.startsWith(rolePrefix)) return roles.includes(wanted.slice(rolePrefix.length));
  return groups.includes(wanted);
}
