// Every target is judged like a browser would take it.
import { validReturnTo, type ReturnToContext } from '../../src/request/return-to.ts';
import { context, judge, site } from '../support/browser-oracle.ts';

const kept = Symbol('kept as it is');
test.each<[string, string, string | typeof kept | undefined]>([
  ['a path', '/redirect', kept],
  ['path, query and fragment', '/redirect?a=b&c=d#top', kept],
  ['the root', '/', kept],
  ['an escaped slash', '/%2F/x', kept],
  ['quotes and brackets', '/a"b\'c<d>', kept],
  ['other scripts', '/ä/ö?ü=ß', kept],
  ['a no-break space is no blank', '/\u00a0/x', kept],
  ['a blank is escaped', '/a b?c d', '/a%20b?c%20d'],
  ['a backslash in the query is escaped', '/a?b=\\c', '/a?b=%5Cc'],
  ['a placeholder of sign-out', '/x?a={id_token}', kept],
  ['another path of ours', '/oauth2/auth', kept],
  ['a path that only begins like ours', '/oauth2/started', kept],
  ['RD-4: // in the query', '/app?next=//x', kept],
  ['RD-4: a URL in the query', '/app?u=https://ok', kept],
  ['RD-4: dots in the query', '/x?y=a/../b', kept],
  ['RD-4: // in the fragment', '/x#//y', kept],
  ['RD-4: // in the path', '/app//x', undefined],
  ['RD-4: /./ in the path', '/app/./x', undefined],
  ['RD-4: /../ in the path', '/app/../x', undefined],
  ['RD-4: a blank between slashes', '/app/ /x', undefined],
  ['nothing', '', undefined],
  ['a blank before', ' /x', undefined],
  ['half a character', '/\ud800', undefined],
  ['17 KiB', `/${'a'.repeat(17 * 1024)}`, undefined],
  ['a query alone', '?x', undefined],
  ['the very host', 'https://app.example.test/x?y=1&z=2', kept],
  ['P16: the very host in capitals', 'https://APP.Example.Test/x', kept],
  ['the very host with its default port', 'https://app.example.test:443/x', kept],
  ['the very host with another port', 'https://app.example.test:8443/x', undefined],
  ['the very host behind user info', 'https://a@app.example.test/x', undefined],
  ['the very host, but no longer https', 'http://app.example.test/x', undefined],
  ['a sub-domain of the very host', 'https://x.app.example.test/', undefined],
])('%s', (_, text, expected) => {
  expect(judge(text)).toBe(expected === kept ? text : expected);
});

test.each<[string, Partial<ReturnToContext>, string, boolean]>([
  ['an unknown scheme', { requestScheme: '' }, 'https://app.example.test/x', true],
  ['an unknown scheme, http', { requestScheme: '' }, 'http://app.example.test/x', true],
  ['from http to https', { requestScheme: 'http' }, 'https://app.example.test/x', true],
  ['a host with a port', { requestHost: 'app.example.test:8443' }, 'https://app.example.test:8443/x', true],
  ['P16: a Host header in capitals', { requestHost: 'APP.example.TEST' }, 'https://app.example.test/x', true],
  ['an IPv6 host', { requestHost: '[::1]:8443' }, 'https://[::1]:8443/x', true],
  ['no Host header', { requestHost: '' }, 'https://app.example.test/x', false],
  ['two hosts in one', { requestHost: 'app.example.test, evil.test' }, 'https://app.example.test/x', false],
  ['a whitelist is needed', { needsWhitelist: true }, 'https://app.example.test/x', false],
])('the very host: %s', (_, changes, text, allowed) => {
  expect(validReturnTo(text, { ...context, ...changes }) !== undefined).toBe(allowed);
});

describe('RD-8: our own endpoints are no target', () => {
  test.each(['sign_out', 'sign_in', 'start', 'callback'])('%s, in every spelling', (endpoint) => {
    const spellings = [
      `/oauth2/${endpoint}`,
      `/oauth2/${endpoint}/`,
      `/oauth2/${endpoint}/more`,
      `/oauth2/${endpoint}?x=1`,
      `/oauth2/${endpoint}#x`,
      `/oauth2/${endpoint};x`,
      `/oauth2/${endpoint.replace('s', '%73').replace('c', '%63')}`,
      `/oauth2%2f${endpoint}`,
      `/oauth2%252F${endpoint}`,
      `/%6fauth2/${endpoint}`,
      `/oauth2/%2e/${endpoint}`,
      `/x/%2e%2e/oauth2/${endpoint}`,
      `/x%2f..%2foauth2%2f${endpoint}`,
      `/%2foauth2/${endpoint}`,
      `${site}/oauth2/${endpoint}`,
      `${site}//oauth2/${endpoint}`,
      `${site}/x/../oauth2/${endpoint}`,
      `${site}/%6fauth2/${endpoint}?x`,
    ];
    expect(spellings.filter((spelling) => judge(spelling) !== undefined)).toEqual([]);
  });

  test('a chain of proxies may sign out at the next one', () => {
    expect(judge('https://good.example/oauth2/sign_out')).toBeDefined();
  });

  test('under another prefix they are others’', () => {
    const other = { ...context, prefix: '/sso/' };
    expect(validReturnTo('/oauth2/sign_out', other)).toBeDefined();
    expect(validReturnTo('/sso/sign_out', other)).toBeUndefined();
  });
});
