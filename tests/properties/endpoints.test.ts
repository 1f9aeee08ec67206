// Whatever a stranger or a member sends to an endpoint of ours: it answers, it is not broken, and it leads nowhere else.
import fc from 'fast-check';
import { ask, valuesOf } from '../support/ask.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { runs, wireText } from './runs.ts';

let flow: Flow;
let member: string;
beforeAll(async () => {
  flow = await startFlow({
    'whitelist-domain': '.good.example',
    'skip-provider-button': false,
    upstream: 'static://200',
  });
  member = [...(await flow.member()).cookies].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(() => flow.stop());

const site = 'https://app.example.test';
const fragments = [
  ...[
    'rd=',
    'code=',
    'state=',
    'error=',
    'iss=',
    'error_description=',
    'sid=',
    'logout_token=',
    '&',
    '=',
    ';',
    '%',
    '%2f',
    '%0d%0a',
  ],
  ...[
    '/',
    '//',
    '\\',
    ':',
    '@',
    '?',
    'https://',
    'evil.test',
    'good.example',
    'javascript:',
    '<script>',
    '"',
    "'",
    '{id_token}',
  ],
  ...[
    'access_denied',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:/',
    'x',
    '+',
    '_oauth2_proxy=',
    'Fe26.2*',
    '%s%n',
    'eyJ',
    '.',
  ],
];
const query = wireText(fragments).map((text) => text.replace(/[^\x21-\x7e]|#/g, ''));
const value = wireText(fragments).map((text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ''));
const endpoints = [
  'sign_in',
  'start',
  'callback',
  'sign_out',
  'signed_out',
  'userinfo',
  'backchannel-logout',
  'frontchannel-logout',
  'auth',
];
const header = fc
  .tuple(
    fc.constantFrom(
      'X-Auth-Request-Redirect',
      'Authorization',
      'Accept',
      'Referer',
      'Origin',
      'X-Request-Id',
      'Content-Type',
      'Accept-Language',
    ),
    value,
  )
  .map((pair) => pair.join(': '));
const request = fc.record({
  endpoint: fc.constantFrom(...endpoints),
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'PUT'),
  query,
  headers: fc.array(header, { maxLength: 3 }),
  cookie: fc.option(value, { nil: undefined }),
  isMember: fc.boolean(),
  body: query,
});

test('RD-1, O-1, X-1: any request is answered, without a 500, a foreign address, or a word of its own as markup', async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ endpoint, method, headers, cookie, isMember, ...given }) => {
      const cookies = [...(isMember ? [member] : []), ...(cookie === undefined ? [] : [cookie])].join('; ');
      const isForm = method === 'POST' && !headers.some((line) => line.startsWith('Content-Type'));
      const lines = [
        ...headers,
        ...(cookies === '' ? [] : [`Cookie: ${cookies}`]),
        ...(isForm ? ['Content-Type: application/x-www-form-urlencoded'] : []),
      ];
      const target = `/oauth2/${endpoint}?${given.query}`;
      const heard = await ask(flow.sidecar.port, { method, target, lines, body: method === 'POST' ? given.body : '' });
      seen.add(heard.status);
      expect([target, heard.status]).not.toEqual([target, 500]);
      expect(heard.status).toBeGreaterThan(199);
      for (const location of valuesOf(heard, 'location')) {
        const { origin, hostname } = new URL(location, site);
        const isKnown =
          origin === site || origin === new URL(flow.idp.issuer).origin || /(?:^|\.)good\.example$/.test(hostname);
        expect([location, isKnown]).toEqual([location, true]);
      }
      expect(heard.body).not.toMatch(/<script>|(?:href|action|src)="\s*javascript:/i);
    }),
    runs(250),
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 302, 403]));
});

test('after all of that, it is well', async () => {
  expect((await flow.open(await flow.member(), '/oauth2/userinfo')).status).toBe(200);
});
