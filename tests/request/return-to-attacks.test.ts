// What gets through of the attacks on return targets is harmless to a browser.
import fc from 'fast-check';
import '../support/seeded.ts';
import { isSafe, judge } from '../support/browser-oracle.ts';
import { payloads } from '../support/redirect-payloads.ts';

/** As often as it is decoded on its way to us. */
function decodings(payload: string): readonly string[] {
  const once = payload.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
  const twice = once.replace(/%[0-9a-f]{2}/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
  return [payload, once, twice, encodeURIComponent(payload), encodeURIComponent(encodeURIComponent(payload))];
}

test.each(payloads)('RD-1, RD-2, P14, BCP-1: %s stays harmless', (payload) => {
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

describe('RD-6, A5: patterns of the open-redirect corpora', () => {
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
