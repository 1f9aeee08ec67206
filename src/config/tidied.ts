// Which spellings start in the reference and then mean nothing? They are put right here; a check warned of them where it matters.
import { isCookieDomain } from './invariants-cookie.ts';
import { withOneListener } from './one-listener.ts';
import type { Config } from './options.ts';

export function tidied(config: Config): Config {
  const { cookie, request } = config;
  return {
    ...config,
    cookie: { ...cookie, cookieDomains: cookie.cookieDomains.filter(isCookieDomain) },
    server: withOneListener(config),
    request: { ...request, proxyPrefix: tidiedPrefix(request.proxyPrefix) },
  };
}

/** `sso/` is `/sso`; the root is empty, so that `${prefix}/auth` is always right. */
function tidiedPrefix(prefix: string): string {
  const bare = prefix.replaceAll(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `/${bare}`;
}
