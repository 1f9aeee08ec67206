// What the pages hold; conformance: pages.mjs.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PagesParts } from '../../src/response/pages.ts';
import { bodyText, error, formsOf, pagesWith, signIn, titleOf } from './sent-pages.ts';

describe('the sign-in page', () => {
  test('has the form of the reference', async () => {
    const { status, html } = await signIn(pagesWith(), '/x?a=1&b=2', 403);
    expect(status).toBe(403);
    expect(titleOf(html)).toBe('Sign In');
    expect(formsOf(html)).toEqual([['get', '/oauth2/start', ['rd=/x?a=1&amp;b=2']]]);
    expect(html).toMatch(/<button type="submit"[^>]*>Sign in with OpenID Connect<\/button>/);
  });

  test.each<[string, Partial<PagesParts['page']>, Partial<PagesParts>, RegExp | undefined]>([
    ['one domain', {}, { emailDomains: ['a.example'] }, /Authenticate using a\.example/],
    ['several', {}, { emailDomains: ['a.example', '*'] }, /using one of the following domains: a\.example, \*/],
    ['any domain', {}, { emailDomains: ['*'] }, undefined],
    ['no domain', {}, { emailDomains: [] }, undefined],
    ['a list of addresses', {}, { emailDomains: ['a.example'], hasEmailsFile: true }, undefined],
    ['none wanted', { banner: '-' }, { emailDomains: ['a.example'] }, undefined],
    ['own text', { banner: '<b>Hi</b>' }, { emailDomains: ['a.example'] }, /<b>Hi<\/b>/],
  ])('banner: %s', async (_, page, others, expected) => {
    const { html } = await signIn(pagesWith(page, others));
    if (expected === undefined) expect(html).not.toMatch(/Authenticate using/);
    else expect(html).toMatch(expected);
  });

  test.each([
    ['the version by default', '', /version 1\.2\.3/],
    ['own text, as it is', '<i id="own">Bye</i>', /<footer>\s*<i id="own">Bye<\/i>\s*<\/footer>/],
  ])('footer: %s', async (_, footer, expected) => {
    expect((await signIn(pagesWith({ footer }))).html).toMatch(expected);
    expect((await error({}, pagesWith({ footer }))).html).toMatch(expected);
  });

  test('footer: none', async () => {
    expect((await signIn(pagesWith({ footer: '-' }))).html).not.toMatch(/footer|version/);
  });
});

describe('the logo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logo-'));
  const svg = join(folder, 'logo.SVG');
  writeFileSync(svg, '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const large = join(folder, 'large.png');
  writeFileSync(large, Buffer.alloc(300 * 1024));

  test.each([
    [
      'a file becomes a data: URL, which only then is allowed',
      svg,
      /<img[^>]* src="data:image\/svg\+xml;base64,/,
      /img-src 'self' data:;/,
    ],
    [
      'an https URL is allowed by its origin',
      'https://cdn.example/a/l.png',
      /<img[^>]* src="https:\/\/cdn\.example\/a\/l\.png"/,
      /img-src 'self' https:\/\/cdn\.example;/,
    ],
    ['ours', '', /<svg /, /img-src 'self';/],
  ])('%s', async (_, customSignInLogo, picture, policy) => {
    const { html, headers } = await signIn(pagesWith({ customSignInLogo }));
    expect(html).toMatch(picture);
    expect(headers.get('content-security-policy')).toMatch(policy);
  });

  test('none', async () => {
    expect((await signIn(pagesWith({ customSignInLogo: '-' }))).html).not.toMatch(/<svg|<img/);
  });

  test.each([
    ['a missing file', join(folder, 'none.png'), /error loading logo: .*cannot be read/],
    ['another kind of file', join(folder, 'logo.gif'), /neither an https URL nor a \.svg/],
    ['an http URL', 'http://cdn.example/l', /neither an https URL/],
    ['a large file', large, /larger than/],
  ])('refused at start: %s', (_, customSignInLogo, expected) => {
    expect(() => pagesWith({ customSignInLogo })).toThrow(expected);
  });
});

describe('the error page', () => {
  test('has the status in its title, the request id, and the forms of the reference', async () => {
    const { status, html } = await error({ status: 500 });
    expect(status).toBe(500);
    expect(titleOf(html)).toBe('500 Internal Server Error');
    expect(html).toContain('Request ID: <code>abc-123</code>');
    expect(formsOf(html)).toEqual([
      ['get', '/oauth2/sign_in', ['rd=/wanted?a=1&amp;b=2']],
      ['get', '/wanted?a=1&amp;b=2', []],
    ]);
  });

  test('going back keeps the query, which a form would drop', async () => {
    expect((await error()).html).toContain('href="/wanted?a=1&amp;b=2">Go back</a>');
  });

  test('every 403 names the account and offers another one', async () => {
    const { html } = await error({
      account: 'bob@example.com',
      message: 'This account is in no group that may enter.',
    });
    expect(bodyText(html)).toMatch(/This account is in no group that may enter\..*bob@example\.com/s);
    expect(formsOf(html)[0]).toEqual(['get', '/oauth2/start', ['rd=/wanted?a=1&amp;b=2', 'account=other']]);
    expect(formsOf(html)).toHaveLength(3);
    expect(formsOf((await error({ account: undefined })).html)).toHaveLength(3);
  });

  test('a passing fault can be tried again, without the sign-in page that would end a session', async () => {
    const { html } = await error({ status: 503 });
    expect(formsOf(html).map(([, action]) => action)).toEqual(['/wanted?a=1&amp;b=2', '/oauth2/sign_in']);
    expect(html).toMatch(/<a[^>]*>Try again<\/a>/);
  });

  test('no buttons without a target', async () => {
    expect(formsOf((await error({ status: 502, returnTo: undefined })).html)).toEqual([]);
  });

  test.each([
    [500, /Oops! Something went wrong\. For more information contact your server administrator\./],
    [404, /We could not find the resource you were looking for\./],
    [403, /You do not have permission to access this resource\./],
    [401, /You need to be logged in to access this resource\./],
    [418, /Unknown error/],
  ])('%d has a message of its own', async (status, expected) => {
    expect(bodyText((await error({ status })).html)).toMatch(expected);
  });

  test('O-4: internals show with --show-debug-on-error alone', async () => {
    const facts = { message: 'for people', debug: 'internal-text' };
    expect((await error(facts)).html).not.toContain('internal-text');
    const { html } = await error(facts, pagesWith({ showDebugOnError: true }));
    expect(html).toContain('internal-text');
    expect(html).not.toContain('for people');
  });
});
