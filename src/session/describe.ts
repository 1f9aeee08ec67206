// How does the auth log speak of a session? As the reference does: that there are tokens, never what they are.
import { groupsWithRoles, type Session } from './session.ts';

export function describeSession(session: Session): string {
  const groups = groupsWithRoles(session);
  const facts = [
    `email:${session.email}`,
    `user:${session.user}`,
    `PreferredUsername:${session.preferredUsername}`,
    session.accessToken && 'token:true',
    session.idToken && 'id_token:true',
    `created:${instant(session.createdAtMs)}`,
    session.expiresAtMs !== undefined && `expires:${instant(session.expiresAtMs)}`,
    `refresh_token:${Boolean(session.refreshToken)}`,
    groups.length > 0 && `groups:[${groups.join(' ')}]`,
  ];
  return `Session{${facts.filter(Boolean).join(' ')}}`;
}

/** `2026-11-22 14:53:56 +0000 UTC`: what tools that read the reference's log expect of Go; the fraction says nothing to anybody. */
function instant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
