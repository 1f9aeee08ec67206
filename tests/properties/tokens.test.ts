// Whatever a token holds that the provider has signed: it is a session or it is refused, and nothing breaks (security T-1, T-6).
import fc from 'fast-check';
import { ask } from '../support/ask.ts';
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { jwt } from '../support/signing.ts';
import { runs, wireText } from './runs.ts';

let flow: Flow;
beforeAll(async () => {
  const options = { 'skip-jwt-bearer-tokens': true, 'set-xauthrequest': true, 'oidc-groups-claim': 'groups' };
  flow = await startFlow({ ...options, 'allowed-group': ['dev'] });
});
afterAll(() => flow.stop());

const names = [
  'sub',
  'email',
  'email_verified',
  'groups',
  'preferred_username',
  'name',
  'exp',
  'iat',
  'nbf',
  'aud',
  'azp',
  'nonce',
  'sid',
];
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '',
    null,
    0,
    -1,
    1e300,
    true,
    [],
    {},
    ['dev'],
    ['dev', 7, null, ['x']],
    { dev: true },
    'dev',
    'a@b@c',
    '__proto__',
  ),
  wireText(['dev', '@', 'example.com', '\r\n', '\0', ' ', 'ž', '💩', ',']),
);
const oddClaims = fc.dictionary(
  fc.constantFrom(...names, '__proto__', 'constructor', 'typ', 'cnf', 'iss', 'auth_time'),
  odd,
  { maxKeys: 4 },
);

function honest(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: flow.idp.issuer,
    aud: 'the-client',
    sub: 'u',
    email: 'u@example.com',
    groups: ['dev'],
    iat: now,
    exp: now + 600,
  };
}

test('T-3, T-6: a bearer token with any claims is good or not, and nobody else is changed by it', async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(oddClaims, async (claims) => {
      const token = jwt({ header: {}, payload: { ...honest(), ...claims } });
      const { status, headers } = await ask(flow.sidecar.port, { lines: [`Authorization: Bearer ${token}`] });
      seen.add(status);
      expect([202, 401]).toContain(status);
      expect(headers.filter(([name]) => !/^[a-z-]+$/.test(name))).toEqual([]);
      const innocent = jwt({ header: {}, payload: { ...honest(), groups: [] } });
      expect((await ask(flow.sidecar.port, { lines: [`Authorization: Bearer ${innocent}`] })).status).toBe(401);
    }),
    runs(80),
  );
  expect([...seen].toSorted()).toEqual([202, 401]);
});

test('T-5: any bytes in place of a token are refused', async () => {
  const text = wireText([
    'eyJhbGciOiJSUzI1NiJ9',
    'eyJhbGciOiJub25lIn0',
    '.',
    'eyJ',
    'e30',
    'Bearer ',
    'Basic ',
    '=',
    'OnRva2Vu',
    ' ',
  ]);
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom('Bearer', 'Basic', 'bearer', 'Digest'), async (value, scheme) => {
      const line = `Authorization: ${scheme} ${value.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '')}`;
      expect([line, (await ask(flow.sidecar.port, { lines: [line] })).status]).toEqual([line, 401]);
    }),
    runs(100),
  );
});

test('T-1, T-6: a sign-in with any claims ends with a session that auth takes, or on a page that explains', async () => {
  const { bends } = flow.idp;
  await fc.assert(
    fc.asyncProperty(oddClaims, async (claims) => {
      bends.claims = { sub: 'u', email: 'u@example.com', groups: ['dev'] };
      bends.idToken = claims;
      const who = browser();
      const { status } = await flow.signIn(who);
      const known = [302, 400, 403, 502];
      expect([claims, known.includes(status)]).toEqual([claims, true]);
      expect((await flow.auth(who)).status).toBe(status === 302 ? 202 : 401);
    }),
    runs(40),
  );
  flow.idp.reset();
  expect((await flow.signIn(browser())).status).toBe(302);
});
