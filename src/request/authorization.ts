// What credentials does a request bring in its Authorization header?
import type { IncomingMessage } from 'node:http';

export type Authorization =
  | { readonly kind: 'none' }
  /** Two headers: nobody can say which one the site saw (security T-5). */
  | { readonly kind: 'ambiguous' }
  /** Exactly a scheme, one blank and a value; the scheme as it was written (reference: case-sensitive). */
  | { readonly kind: 'credentials'; readonly scheme: string; readonly value: string }
  | { readonly kind: 'unusable' };

export function readAuthorization({ headers, rawHeaders }: IncomingMessage): Authorization {
  const { authorization } = headers;
  if (authorization === undefined) return { kind: 'none' };
  // Node keeps the first alone; its own list of all of them fell over a client's `__proto__` (security L14).
  const lines = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization');
  if (lines.length > 1) return { kind: 'ambiguous' };
  const [scheme = '', value, ...more] = authorization.split(' ');
  if (value === undefined || more.length > 0) return { kind: 'unusable' };
  return { kind: 'credentials', scheme, value };
}

export interface UserPassword {
  readonly user: string;
  readonly password: string;
}

/** RFC 7617 §2: base64 with its padding, user name up to the first colon; bytes are UTF-8. */
export function readBasic(value: string): UserPassword | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
