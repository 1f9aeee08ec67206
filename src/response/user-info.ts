// What is a signed-in user told about themselves? Never a token (security O-5).
import { groupsWithRoles } from '../session/session.ts';
import type { Session } from '../session/session.ts';

/** Members in the reference's order, one line; empty ones but `user` and `email` are left out. */
export function userInfo(session: Session): string {
  const groups = groupsWithRoles(session);
  const claims = session.additionalClaims ?? {};
  const body = {
    user: session.user,
    email: session.email,
    groups: groups.length > 0 ? groups : undefined,
    preferredUsername: session.preferredUsername || undefined,
    additionalClaims: Object.keys(claims).length > 0 ? sorted(claims) : undefined,
  };
  return `${goJson(body)}\n`;
}

/** Go's encoder escapes what could end a script or a line in a page that embeds the text. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Go writes the keys of maps in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
