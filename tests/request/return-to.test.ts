// Every target is judged like a browser would take it.
import fc from 'fast-check';
import { validReturnTo, type ReturnToContext } from '../../src/request/return-to.ts';
import { compileWhitelist } from '../../src/request/whitelist.ts';

const site = 'https://app.example.test';
const whitelisted = [
  'good.example',
  '.dotted.example',
  'port.example:8080',
  'any.example:*',
  '*.star.example',
  '.sub.port.example:9000',
];

const context: ReturnToContext = {
  whitelist: compileWhitelist(whitelisted),
  prefix: '/oauth2',
  requestHost: 'app.example.test',
  requestScheme: 'https',
};

const judge = (text: string) => validReturnTo(text, context);

/** The oracle of RD-2: written anew, without anything of the code under test. */
function isSafe(target: string): boolean {
  if (/[\x00-\x20\x7f\\]/.test(target)) return false;
  const url = new URL(target, `${site}/here`);
  if (url.origin === site) return true;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
  const { hostname: host, port } = url;
  const under = (root: string) => host === root || host.endsWith(`.${root}`);
  return (
    (host === 'good.example' && port === '') ||
    (under('dotted.example') && port === '') ||
    (host === 'port.example' && port === '8080') ||
    host === 'any.example' ||
    (under('star.example') && port === '') ||
    (under('sub.port.example') && port === '9000')
  );
}

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

describe('RD-3: the whitelist means what it means in the reference', () => {
  test.each<[string, boolean]>([
    ['https://good.example/x', true],
    ['http://good.example/x?y=z', true],
    ['https://good.example', true],
    ['https://good.example?x', true],
    ['https://good.example#x', true],
    ['https://a.good.example/', false],
    ['https://evilgood.example/', false],
    ['https://good.example.evil.test/', false],
    ['https://evil.test/redirect?rd=good.example', false],
    ['https://good.example:8443/', false],
    ['https://good.example:443/', false],
    ['https://GOOD.example/', false],
    ['https://good.example./', false],
    ['https://user@good.example/', true],
    ['https://a.dotted.example/', true],
    ['https://a.b.dotted.example/', true],
    ['https://dotted.example/', true],
    ['https://evildotted.example/', false],
    ['https://a.dotted.example:81/', false],
    ['http://port.example:8080/', true],
    ['http://port.example:8081/', false],
    ['http://port.example/', false],
    ['http://any.example:1/', true],
    ['http://any.example/', true],
    ['http://a.any.example:1/', false],
    ['https://a.star.example/', true],
    ['https://star.example/', true],
    ['https://a.star.example:1/', false],
    ['https://x.sub.port.example:9000/', true],
    ['https://x.subport.example:9000/', false],
    ['https://x.sub.port.example:9001/', false],
    ['ftp://good.example/', false],
    ['HTTPS://good.example/', false],
    ['//good.example/', false],
    ['good.example/redirect', false],
    ['https://good.example//evil.test', true],
    ['https://good.example:99999999/', false],
    ['https://any.example:080/', false],
    ['https://good%zz.example/', false],
    ['https://good.exa\tmple/', false],
    ['https://good.example/\x01', false],
  ])('%s: %s', (text, allowed) => {
    expect(judge(text) !== undefined).toBe(allowed);
    if (allowed) expect(isSafe(text)).toBe(true);
  });

  test.each<[string, string, string, boolean]>([
    ['a bare colon is no port', 'foo.bar:', 'foo.bar', true],
    ['a dot alone admits nothing', '.', 'foo.bar', false],
    ['an asterisk and a dot admit nothing', '*.', 'foo.bar', false],
    ['a port alone admits nothing', ':8080', '', false],
    ['an asterisk is no wildcard by itself', '*', 'foo.bar', false],
    ['IPv6 in brackets', '[::1]:*', '::1', true],
  ])('%s', (_, entry, host, allowed) => {
    expect(compileWhitelist([entry])(host, '')).toBe(allowed);
  });
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

// security.md section 6
const payloads = String.raw`
/\evil.com   /\\evil.com   \evil.com   \/evil.com   //evil.com   ///evil.com   ////evil.com
/%09/evil.com  /%0a/evil.com  /%0d/evil.com  /%0b/evil.com  /%0c/evil.com  /%20/evil.com  /%c2%a0/evil.com  /%e2%80%a8/evil.com  /%00/evil.com
/%2f/evil.com  /%2fevil.com  /%5cevil.com  /%252fevil.com  /.//evil.com  /..//evil.com  /./\evil.com  /a/..//evil.com
https:evil.com  https:/evil.com  https:///evil.com  http:\\evil.com  https://good.example\@evil.com  https://good.example%5c@evil.com
https://good.example@evil.com  https://evil.com#good.example  https://evil.com?good.example  https://evil.com\.good.example
https://good.example.evil.com  https://evilgood.example  https://good.example:443@evil.com  https://good.example:bad/  https://good.example:0443/
https://GOOD.example./   https://good.example%2eevil.com   https://gооd.example   https://good。example   https://ℯvil.com  https://evil。com
https://[::1]/  https://0x7f.1/  https://2130706433/  //google%E3%80%82com  //evil%00.good.example
javascript:alert(1)  JaVaScRiPt:alert(1)  java%09script:alert(1)  data:text/html,x  vbscript:x  //;@evil.com  /;@evil.com  ?@evil.com  @evil.com  .evil.com
`
  .trim()
  .split(/\s+/);

/** As often as it is decoded on its way to us. */
function decodings(payload: string): readonly string[] {
  const once = payload.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
  const twice = once.replace(/%[0-9a-f]{2}/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
  return [payload, once, twice, encodeURIComponent(payload), encodeURIComponent(encodeURIComponent(payload))];
}

test.each(payloads)('RD-1, RD-2: %s stays harmless', (payload) => {
  for (const text of decodings(payload)) {
    const target = judge(text);
    if (target !== undefined) expect([target, isSafe(target)]).toEqual([target, true]);
  }
});

test('RD-2: of the payloads only local paths pass', () => {
  const passed = payloads.filter((payload) => judge(payload) !== undefined);
  expect(passed.filter((payload) => !payload.startsWith('/'))).toEqual([]);
  expect(passed.length).toBeLessThan(18);
});

describe('RD-6: patterns of the open-redirect corpora', () => {
  const hosts = [
    'evil.test',
    'evil%E3%80%82test',
    '216.58.214.206',
    '0xd8.072.54990',
    '3627734734',
    '[::216.58.214.206]',
    'good.example.evil.test',
  ];
  const joints = ['/', '\\', '\t', '\n', '\r\n', '\v', '\f', ' ', '.', '..', '/./', '/../', '\0', ';', '〱', '〵'];
  const openers = joints
    .flatMap((a) => joints.map((b) => `/${a}/${b}`))
    .concat(joints.flatMap((a) => joints.map((b) => `/${a}\\${b}`)));
  const schemes = [
    'http:',
    'https:',
    'http:/',
    'https:///',
    'http:\\\\',
    'javascript://',
    'data://',
    'vbscript:',
    'ftp://',
    'hTTps://',
    '\x01https://',
  ];
  const userInfos = [
    '',
    'good.example@',
    'good.example:80@',
    'good.example%2f@',
    'good.example;@',
    '%6c@',
    'good.example\\@',
    'good.example#@',
  ];

  test('openers before a host', () => {
    const texts = hosts.flatMap((host) => openers.map((opener) => opener + host));
    expect(texts.filter((text) => judge(text) !== undefined && /^\/\\|^\/[\t-\r ./]*[/\\]/.test(text))).toEqual([]);
    for (const text of texts) expect(isSafe(judge(text) ?? '/')).toBe(true);
  });

  test('schemes and user info before a host', () => {
    const absolute = [...schemes, 'http://', 'https://'];
    const texts = hosts.flatMap((host) =>
      absolute.flatMap((scheme) => userInfos.map((user) => `${scheme}${user}${host}/%2e%2e`)),
    );
    const passed = texts.map(judge).filter((target) => target !== undefined);
    // `good.example#@evil.test` is a page of good.example to every browser.
    expect(
      passed.filter(
        (target) => !target.startsWith('http://good.example#') && !target.startsWith('https://good.example#'),
      ),
    ).toEqual([]);
    expect(passed.filter((target) => !isSafe(target))).toEqual([]);
  });
});

test('RD-2: whatever goes in, what comes out stays on the site or the whitelist', () => {
  const fragment = fc.constantFrom(
    ...[
      '/',
      '\\',
      '//',
      '.',
      '..',
      ':',
      '@',
      '?',
      '#',
      '%2f',
      '%5c',
      '%2e',
      '%00',
      ' ',
      '\t',
      '\n',
      '\u00a0',
      '\u2028',
      '。',
      '[',
      ']',
      ';',
      '443',
      '%',
    ],
    ...[
      'http:',
      'https:',
      'https://',
      'javascript:',
      'data:',
      'oauth2',
      'sign_out',
      'evil.test',
      'good.example',
      'any.example',
      'dotted.example',
      'app.example.test',
    ],
  );
  const text = fc.oneof(
    fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
    fc
      .array(fc.oneof(fragment, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 })
      .map((parts) => `/${parts.join('')}`),
    fc.array(fragment, { maxLength: 6 }).map((parts) => `https://${parts.join('')}`),
  );
  let accepted = 0;
  fc.assert(
    fc.property(text, (input) => {
      const target = judge(input);
      if (target === undefined) return true;
      accepted++;
      return isSafe(target) && judge(target) === target;
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(100);
});
