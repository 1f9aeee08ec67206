// Which Set-Cookie lines put a short value into the session cookie, or take it out, with everything left over of others?
import { cookiesOf } from './chunks.ts';
import type { CookieScope } from './cookie-scope.ts';
import { setCookieLine } from './set-cookie.ts';
import type { CookieRequest } from './store.ts';

export interface SessionCookie {
  write(request: CookieRequest, value: string): readonly string[];
  /** As `write`; variants for other domains go too. */
  overwrite(request: CookieRequest, value: string): readonly string[];
  /** Also where the request brings none (reference: persistence manager). */
  erase(request: CookieRequest): readonly string[];
}

export function sessionCookie(name: string, scope: CookieScope): SessionCookie {
  const deletions = (cookie: string, host: string) =>
    scope.sessionDeletions(host).map((variant) => setCookieLine(cookie, '', variant));

  function write({ cookieHeader, host }: CookieRequest, value: string): readonly string[] {
    // Parts of a session that lived in cookies before the store was changed.
    const parts = cookiesOf(name, cookieHeader).filter((cookie) => cookie !== name);
    return [setCookieLine(name, value, scope.session(host)), ...parts.flatMap((part) => deletions(part, host))];
  }

  return {
    write,
    overwrite(request, value) {
      const isThere = cookiesOf(name, request.cookieHeader).includes(name);
      // First, so that the line that sets the cookie is the last of its name.
      return [...(isThere ? deletions(name, request.host).slice(1) : []), ...write(request, value)];
    },
    erase({ cookieHeader, host }) {
      const present = new Set([name, ...cookiesOf(name, cookieHeader)]);
      return [...present].flatMap((cookie) => deletions(cookie, host));
    },
  };
}
