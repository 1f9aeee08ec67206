// The cookie options as they are when nobody sets one.
import type { Config } from '../../src/config/options.ts';

export function cookieOptions(over: Partial<Config['cookie']> = {}): Config['cookie'] {
  return {
    cookieName: '_oauth2_proxy',
    cookieSecret: ['0123456789abcdef'],
    cookieSecretFile: [],
    cookieDomains: [],
    cookiePath: '/',
    cookieExpireMs: 604_800_000,
    cookieRefresh: 0,
    cookieSecure: true,
    cookieHttponly: true,
    cookieSamesite: '',
    cookieCsrfPerRequest: false,
    cookieCsrfPerRequestLimit: 0,
    cookieCsrfExpireMs: 900_000,
    cookieCsrfSamesite: '',
    ...over,
  };
}
