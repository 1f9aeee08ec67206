// What does a Set-Cookie line say? Attributes in the reference's order.

export type SameSite = 'Lax' | 'Strict' | 'None';

export interface CookieAttributes {
  readonly path: string;
  /** Undefined: a host-only cookie. */
  readonly domain: string | undefined;
  /** Seconds; undefined: until the browser is closed. */
  readonly maxAge: number | undefined;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: SameSite;
}

export function setCookieLine(name: string, value: string, attributes: CookieAttributes): string {
  return `${name}=${value}${attributeText(attributes)}`;
}

/** Everything after the value; its length counts towards the limit of a cookie. */
export function attributeText({ path, domain, maxAge, httpOnly, secure, sameSite }: CookieAttributes): string {
  let text = '';
  if (path !== '') text += `; Path=${path}`;
  if (domain !== undefined) text += `; Domain=${domain}`;
  if (maxAge !== undefined) text += `; Max-Age=${maxAge}`;
  if (httpOnly) text += '; HttpOnly';
  if (secure) text += '; Secure';
  return `${text}; SameSite=${sameSite}`;
}

/** Seconds for Max-Age: none for 0, whole seconds otherwise (reference: cookies.go). */
export function maxAgeOf(durationMs: number): number | undefined {
  if (durationMs === 0) return undefined;
  return Math.max(0, Math.trunc(durationMs / 1000));
}
