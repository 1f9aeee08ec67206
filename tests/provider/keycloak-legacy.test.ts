// Who is it, by the profile that Keycloak's old provider reads? (reference: keycloak.go)
import { configuredMetadata } from '../../src/provider/metadata.ts';
import { ClaimsProblem, ProviderFailure } from '../../src/provider/failure.ts';
import { redeemLegacy } from '../../src/provider/keycloak-legacy-sign-in.ts';
import { http } from '../../src/provider/http.ts';
import { tokenEndpoint } from '../../src/provider/token-endpoint.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import type { Script } from '../support/bends.ts';
import { providerOptions, redirectUri } from './make.ts';

const calls = http({ caFiles: [], useSystemTrustStore: false, skipTlsVerify: false });
let idp: BendableIdp;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(async () => {
  calls.close();
  await idp.close();
});
beforeEach(() => idp.reset());

function signIn() {
  const options = providerOptions({
    clientId: 'the-client',
    clientSecret: 'the-secret',
    loginUrl: `${idp.issuer}/authorize`,
    redeemUrl: `${idp.issuer}/token`,
    validateUrl: `${idp.issuer}/userinfo`,
  });
  const metadata = { ...configuredMetadata(options), issuer: idp.issuer };
  const exchange = tokenEndpoint({ options, http: calls });
  return redeemLegacy(
    { code: idp.code(), redirectUri, nonce: 'n', startedAtMs: 7 },
    { options, metadata, exchange, http: calls, clock: () => 42 },
  );
}

const jane = { email: 'jane@example.com', preferred_username: 'jane' };

test.each<[string, object, object]>([
  ['a user of its own', { ...jane, user: 'u-1' }, { user: 'u-1', preferredUsername: 'jane' }],
  ['an empty user is none', { ...jane, user: '' }, { user: 'jane' }],
  ['a user that is no text is none', { ...jane, user: 5 }, { user: 'jane' }],
  ['nothing but an e-mail', { email: 'a@b.test' }, { user: '', email: 'a@b.test', preferredUsername: '', groups: [] }],
  ['sub is not looked at', { ...jane, sub: 'x' }, { user: 'jane' }],
  ['empty groups are left out', { ...jane, groups: ['a', '', null, 'b'] }, { groups: ['a', 'b'] }],
  ['a list with something else is none', { ...jane, groups: ['a', 5] }, { groups: [] }],
  ['a single group is no list', { ...jane, groups: 'a' }, { groups: [] }],
  ['an unverified e-mail is taken', { ...jane, email_verified: false }, { email: 'jane@example.com' }],
])('%s', async (_, body, expected) => {
  idp.bends.scripts = { userinfo: { status: 200, body } };
  const session = await signIn();
  expect(session).toMatchObject({ signedInAtMs: 7, createdAtMs: 42, ...expected });
  expect([session.idToken, session.refreshToken, session.expiresAtMs]).toEqual([undefined, undefined, undefined]);
});

test.each<[string, Script, string]>([
  ['no e-mail', { status: 200, body: { preferred_username: 'jane' } }, 'email_missing of jane'],
  ['an empty e-mail', { status: 200, body: { ...jane, email: '' } }, 'email_missing of jane'],
  ['a list of e-mails', { status: 200, body: { ...jane, email: ['a@b.test'] } }, 'email_missing of jane'],
  ['T-6: no object', { status: 200, body: '[]' }, 'unreachable userinfo_not_json'],
  [
    'RP-D6: a signed profile, for which there is no key',
    { status: 200, type: 'application/jwt', body: 'ey.ey.x' },
    'unreachable userinfo_not_json',
  ],
  ['a token that it does not take', { status: 401, body: {} }, 'misconfigured userinfo_status'],
  ['trouble', { status: 502, body: {} }, 'unreachable userinfo_status'],
])('%s makes no session', async (_, userinfo, expected) => {
  idp.bends.scripts = { userinfo };
  const outcome = await signIn().catch((error: unknown) => {
    if (error instanceof ClaimsProblem) return `${error.reason} of ${error.account}`;
    if (error instanceof ProviderFailure) return `${error.kind} ${error.reason}`;
    throw error;
  });
  expect(outcome).toBe(expected);
});
