// What does the browser carry to the provider? (behaviour.md §10.4, security F-5, BCP-4, BCP-6, M26)
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Bends } from '../support/bends.ts';
import { make, redirectUri } from './make.ts';
import type { Made, Wish } from './make.ts';

let idp: BendableIdp;
let made: Made | undefined;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
afterEach(() => {
  made?.provider.stop();
  idp.reset();
});

const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'; // RFC 7636 appendix B
const s256 = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const usual = {
  client_id: 'the-client',
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: 'openid email profile',
  state: 'abc:/x?y=1&z',
  nonce: 'the-nonce',
  approval_prompt: 'force',
};
const { approval_prompt: _, ...unprompted } = usual;
const request = { redirectUri, state: usual.state, nonce: usual.nonce };

const offersS256: Partial<Bends> = { discovery: { code_challenge_methods_supported: ['plain', 'S256'] } };
const noGroups: Partial<Bends> = { discovery: { scopes_supported: ['openid'] } };

type Row = readonly [name: string, wish: Wish, bends: Partial<Bends>, request: object, expected: object];

test.each<Row>([
  ['nothing set', {}, {}, {}, usual],
  ['F-5, BCP-4, D6: PKCE as soon as the provider offers S256', {}, offersS256, { codeVerifier }, { ...usual, ...s256 }],
  ['a verifier is of no use where nobody offers PKCE', {}, {}, { codeVerifier }, usual],
  ['PKCE by option', { options: { codeChallengeMethod: 'S256' } }, {}, { codeVerifier }, { ...usual, ...s256 }],
  [
    'PKCE by the old option',
    { options: { forceCodeChallengeMethod: 'S256' } },
    {},
    { codeVerifier },
    { ...usual, ...s256 },
  ],
  [
    'F-5: plain only by option',
    { options: { codeChallengeMethod: 'plain' } },
    offersS256,
    { codeVerifier },
    { ...usual, code_challenge: codeVerifier, code_challenge_method: 'plain' },
  ],
  [
    'plain is never chosen from discovery',
    {},
    { discovery: { code_challenge_methods_supported: ['plain'] } },
    { codeVerifier },
    usual,
  ],
  [
    'many options',
    {
      options: {
        prompt: 'login',
        acrValues: 'gold',
        scope: 'openid custom:scope',
        authRequestResponseMode: 'form_post',
        resource: 'urn:x',
      },
    },
    {},
    {},
    { ...unprompted, prompt: 'login', acr_values: 'gold', scope: 'openid custom:scope', response_mode: 'form_post' },
  ],
  ['approval prompt', { options: { approvalPrompt: 'auto' } }, {}, {}, { ...usual, approval_prompt: 'auto' }],
  ['empty approval prompt', { options: { approvalPrompt: '' } }, {}, {}, usual],
  ['another account', {}, {}, { prompt: 'select_account' }, { ...unprompted, prompt: 'select_account' }],
  [
    'another account beats the option',
    { options: { prompt: 'none' } },
    {},
    { prompt: 'login' },
    { ...unprompted, prompt: 'login' },
  ],
  [
    'allowed groups, and the provider knows the scope',
    { allowedGroups: ['dev'] },
    {},
    {},
    { ...usual, scope: 'openid email profile groups' },
  ],
  ['allowed groups, but the provider does not list the scope', { allowedGroups: ['dev'] }, noGroups, {}, usual],
  [
    'allowed groups with a scope of its own',
    { allowedGroups: ['dev'], options: { scope: 'openid' } },
    {},
    {},
    { ...usual, scope: 'openid' },
  ],
  ['an empty allowed group', { allowedGroups: [''] }, {}, {}, usual],
])('authorization URL: %s', async (_name, wish, bends, more, expected) => {
  Object.assign(idp.bends, bends);
  made = make(idp, wish);
  const url = await made.provider.authorizationUrl({ ...request, ...more });
  expect(`${url.origin}${url.pathname}`).toBe(`${idp.issuer}/authorize`);
  expect(Object.fromEntries(url.searchParams)).toEqual(expected);
  expect(url.searchParams.size).toBe(Object.keys(expected).length); // none twice
  expect(url.search).not.toMatch(/%20/); // reference: blanks are "+"
});

test('M26: the login URL keeps its own query, which cannot double what is ours; a second scope is the reference’s way', async () => {
  const loginUrl = `${idp.issuer}/authorize?audience=api&scope=kept&state=evil&redirect_uri=https%3A%2F%2Fevil.example&client_id=x`;
  made = make(idp, {
    options: { skipOidcDiscovery: true, loginUrl, redeemUrl: `${idp.issuer}/token`, oidcJwksUrl: `${idp.issuer}/jwks` },
  });
  const { searchParams } = await made.provider.authorizationUrl(request);
  expect(searchParams.get('audience')).toBe('api');
  expect(searchParams.getAll('scope')).toEqual(['kept', 'openid email profile']);
  for (const name of ['state', 'redirect_uri', 'client_id'] as const)
    expect(searchParams.getAll(name)).toEqual([usual[name]]);
  expect(idp.calls).toEqual([]); // no discovery
});

test('discovered endpoints override the options, as in the reference', async () => {
  made = make(idp, { options: { loginUrl: 'https://elsewhere.example/' } });
  expect((await made.provider.authorizationUrl(request)).origin).toBe(idp.issuer);
});

test('F-5, BCP-3: the code is redeemed with the verifier of its own attempt', async () => {
  Object.assign(idp.bends, offersS256);
  made = make(idp);
  expect(made.provider.codeChallengeMethod()).toBeUndefined(); // not discovered yet
  await made.provider.whenReady();
  expect(made.provider.codeChallengeMethod()).toBe('S256');
  const redeem = async (verifier: string) => {
    const back = await idp.signIn(await made!.provider.authorizationUrl({ ...request, codeVerifier }));
    return made!.provider.redeem({
      code: back.searchParams.get('code') ?? '',
      redirectUri,
      nonce: usual.nonce,
      codeVerifier: verifier,
      startedAtMs: 0,
    });
  };
  expect(await redeem(codeVerifier)).toMatchObject({ user: 'user-1' });
  await expect(redeem(codeVerifier.toLowerCase())).rejects.toMatchObject({ reason: 'token_endpoint_invalid_grant' });
});

test('a public name replaces the provider’s', () => {
  made = make(idp, { options: { providerDisplayName: 'Example' } });
  expect(made.provider.displayName).toBe('Example');
});
