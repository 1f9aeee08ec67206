// What does a session say to a header that asks for a claim?
import type { Session } from '../session/session.ts';
import { groupsWithRoles } from '../session/session.ts';

/**
 * The values of a claim; empty ones make no header. An access token that has expired is none: the application would only learn
 * that it is refused, and cannot get another one.
 */
export function valuesOf(claim: string, session: Session, nowMs: number): readonly string[] {
  return texts(claim, session, nowMs).filter((value) => value !== '');
}

function texts(claim: string, session: Session, nowMs: number): readonly string[] {
  switch (claim) {
    case 'user':
      return [session.user];
    case 'email':
      return [session.email];
    case 'groups':
      return groupsWithRoles(session);
    case 'preferred_username':
      return [session.preferredUsername];
    case 'access_token':
      return (session.expiresAtMs ?? Number.POSITIVE_INFINITY) <= nowMs ? [] : [session.accessToken ?? ''];
    case 'id_token':
      return [session.idToken ?? ''];
    case 'refresh_token':
      return [session.refreshToken ?? ''];
    case 'created_at':
      return [goTime(session.createdAtMs)];
    case 'expires_on':
      return session.expiresAtMs === undefined ? [] : [goTime(session.expiresAtMs)];
    default:
      return additional(session.additionalClaims, claim);
  }
}

/** A list has a value for each of its members; what is neither list nor text goes out as JSON. */
function additional(claims: Session['additionalClaims'], name: string): readonly string[] {
  const value = claims && Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (value === undefined || value === null) return [];
  return [value].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}

/** As Go writes an instant: `2000-01-01 00:00:00 +0000 UTC`, with as much of the second as there is. */
function goTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().replace('Z', '').split('T');
  return `${date} ${time.replace(/\.?0+$/, '')} +0000 UTC`;
}
