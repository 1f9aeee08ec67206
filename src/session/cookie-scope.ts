// For which host are our cookies meant, and with which attributes?
import { LRUCache } from 'lru-cache';
import type { Config } from '../config/options.ts';
import { maxAgeOf, type CookieAttributes, type SameSite } from './set-cookie.ts';

export interface CookieScope {
  session(host: string): CookieAttributes;
  csrf(host: string): CookieAttributes;
  /** For each variant of the session cookie that may be left in a browser: the present one, host-only, every domain that fits. */
  sessionDeletions(host: string): readonly CookieAttributes[];
  csrfDeletion(host: string): CookieAttributes;
}

export interface CookieScopeParts {
  readonly cookie: Config['cookie'];
  /** response_mode=form_post: the provider's cross-site POST must bring the CSRF cookie along. */
  readonly formPost: boolean;
  /** Called once for a host that no configured domain fits: browsers will refuse the cookie. */
  unfitHost(host: string): void;
}

/** Strangers choose the host; they must not fill the log. */
const hostsRemembered = 1000;

const sameSites: Readonly<Record<string, SameSite>> = { lax: 'Lax', strict: 'Strict', none: 'None' };

export function cookieScope({ cookie, formPost, unfitHost }: CookieScopeParts): CookieScope {
  const configured = cookie.cookieDomains.map((domain) => domain.toLowerCase()).toSorted((a, b) => b.length - a.length);
  const domains = configured.map(asDomain);
  const told = new LRUCache<string, true>({ max: hostsRemembered });
  const sessionSameSite = sameSites[cookie.cookieSamesite] ?? 'Lax'; // security D2: the reference leaves it unset
  const csrfSameSite = sameSites[cookie.cookieCsrfSamesite] ?? (formPost ? 'None' : sessionSameSite);

  function attributes(host: string, maxAge: number | undefined, sameSite: SameSite): CookieAttributes {
    const { cookiePath: path, cookieHttponly: httpOnly, cookieSecure: secure } = cookie;
    return { path, domain: domainFor(host), maxAge, httpOnly, secure, sameSite };
  }

  function domainFor(host: string): string | undefined {
    if (domains.length === 0) return undefined;
    const name = hostname(host);
    // `.x` does not cover x itself, although the cookie then would (reference: cookies.go).
    const fitting = configured.findIndex((entry) => name.endsWith(entry) && isWholeLabel(name, entry));
    if (fitting < 0 && !told.has(name)) {
      told.set(name, true);
      unfitHost(host);
    }
    return domains.at(fitting);
  }

  const session = (host: string) => attributes(host, maxAgeOf(cookie.cookieExpireMs), sessionSameSite);
  const csrf = (host: string) => attributes(host, maxAgeOf(cookie.cookieCsrfExpireMs), csrfSameSite);
  return {
    session,
    csrf,
    sessionDeletions(host) {
      const used = { ...session(host), maxAge: 0 };
      const name = hostname(host);
      // Browsers refuse a Domain that the host is no part of, so there is nothing to delete either.
      const fitting = domains.filter((domain) => name === domain || name.endsWith(`.${domain}`));
      const others = [undefined, ...new Set(fitting)].filter((domain) => domain !== used.domain);
      // The present one first, because nginx before 1.23 hands on only the first line of a sub-request (security X-6), and
      // last, because clients that tell cookies by their name alone keep the last.
      const again = others.length === 0 ? [] : [used];
      return [used, ...others.map((domain) => ({ ...used, domain })), ...again];
    },
    csrfDeletion: (host) => ({ ...csrf(host), maxAge: 0 }),
  };
}

/** A leading dot says nothing since RFC 6265 §5.2.3; case never did. */
function asDomain(text: string): string {
  return text.toLowerCase().replace(/^\./, '');
}

/** `badexample.com` ends with `example.com` but is no part of it. */
function isWholeLabel(name: string, entry: string): boolean {
  return name.length === entry.length || entry.startsWith('.') || name.at(-entry.length - 1) === '.';
}

function hostname(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '');
}
