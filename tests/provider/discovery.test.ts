// What does the provider say of itself, and what if it says nothing? (BCP-9, RP-D1 … RP-D3, F-3)
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ProviderFailure } from '../../src/provider/failure.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Bends, Script } from '../support/bends.ts';
import { make, reasonOf } from './make.ts';
import type { Made, Wish } from './make.ts';

let idp: BendableIdp;
let made: Made | undefined;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
afterEach(() => {
  made?.provider.stop();
  idp.reset();
});

function started(bends: Partial<Bends>, wish?: Wish): Made {
  Object.assign(idp.bends, bends);
  made = make(idp, wish);
  made.provider.start();
  return made;
}

const request = { redirectUri: 'https://app.example/oauth2/callback', state: 's', nonce: 'n' };

test('RP-D1 -discovery-openid-config, RP-D2 -discovery-jwks-uri-keys', async () => {
  const { provider } = started({
    discovery: {
      end_session_endpoint: 'https://idp.example/logout',
      revocation_endpoint: 'https://idp.example/revoke',
    },
  });
  expect(provider.notReadyBecause()).toBe('provider_not_ready');
  await provider.whenReady();
  expect(provider.notReadyBecause()).toBeUndefined();
  expect(provider.metadata()).toMatchObject({
    tokenEndpoint: `${idp.issuer}/token`,
    jwksUri: `${idp.issuer}/jwks`,
    endSessionEndpoint: 'https://idp.example/logout',
    revocationEndpoint: 'https://idp.example/revoke',
  });
});

const passing = ['discovery_unreachable', 'discovery_answer_too_large'];
const discovery = (script: Script): Partial<Bends> => ({ scripts: { discovery: script } });

test.each<readonly [string, Partial<Bends>, RegExp, string]>([
  [
    'RP-D3 -discovery-issuer-mismatch, BCP-9',
    { discovery: { issuer: 'https://other.example' } },
    /says that the issuer is "https:\/\/other\.example", but --oidc-issuer-url is "http:/,
    'discovery_issuer_mismatch',
  ],
  ['a slash too many', { discovery: { issuer: 'http://x/' } }, /issuer is "http:\/\/x\/"/, 'discovery_issuer_mismatch'],
  ['404', discovery({ status: 404 }), /well-known\/openid-configuration answered 404$/, 'discovery_status'],
  ['500', discovery({ status: 500 }), /answered 500$/, 'discovery_status'],
  ['no JSON', discovery({ body: '<html>' }), /answered no JSON object$/, 'discovery_not_json'],
  ['an array', discovery({ body: '[]' }), /answered no JSON object$/, 'discovery_not_json'],
  [
    'no token endpoint',
    { discovery: { token_endpoint: undefined } },
    /not usable: token_endpoint/,
    'discovery_invalid',
  ],
  [
    'a javascript URL',
    { discovery: { authorization_endpoint: 'javascript:alert(1)' } },
    /not usable: authorization_endpoint: is no http or https URL/,
    'discovery_invalid',
  ],
  ['no key set', { discovery: { jwks_uri: undefined } }, /neither discovery nor --oidc-jwks-url/, 'jwks_unknown'],
  ['connection cut', discovery({ trouble: 'cut' }), /openid-configuration failed: /, 'discovery_unreachable'],
  ['2 MiB', discovery({ body: 'x'.repeat(2 * 1024 * 1024) }), /more than 1048576 bytes/, 'discovery_answer_too_large'],
])('not ready: %s', async (_, bends, because, reason) => {
  const { provider, lines } = started(bends);
  expect(await provider.whenReady().then(() => 'ready', reasonOf)).toBe(reason);
  expect(provider.notReadyBecause()).toBe(reason);
  const told = lines.filter(({ level }) => level === 'warn');
  expect(told.map(({ fields }) => fields)).toEqual([
    { reason, error: expect.stringMatching(because), hint: expect.any(String) },
  ]);
  // What passes by itself is told apart from what the operator has to mend.
  const kind = passing.includes(reason) || bends.scripts?.discovery?.status === 500 ? 'unreachable' : 'misconfigured';
  await expect(provider.authorizationUrl(request)).rejects.toMatchObject({ kind, reason });
  expect(() => provider.issProblem('x')).toThrow(ProviderFailure);
});

test.each<readonly [string, Wish, Partial<Bends>]>([
  [
    'another issuer, not compared by option',
    { options: { insecureOidcSkipIssuerVerification: true } },
    { discovery: { issuer: 'https://other.example' } },
  ],
  [
    'odd lists',
    {},
    { discovery: { scopes_supported: 'openid', code_challenge_methods_supported: null, end_session_endpoint: 7 } },
  ],
])('ready: %s', async (_, wish, bends) => {
  const { provider } = started(bends, wish);
  await provider.whenReady();
  expect(provider.notReadyBecause()).toBeUndefined();
});

test('--oidc-enabled-signing-alg has nothing in common with the provider', async () => {
  const { provider, lines } = started({}, { options: { oidcEnabledSigningAlgs: ['ES256'] } });
  await provider.whenReady().catch(reasonOf);
  expect(provider.notReadyBecause()).toBe('signing_algorithms');
  expect(lines[0]?.fields['error']).toMatch(/none of the algorithms in --oidc-enabled-signing-alg \(it has RS256\)/);
});

test('the first sign-in waits for the discovery that is under way', async () => {
  const { provider } = started(discovery({ delayMs: 200 }));
  expect((await provider.authorizationUrl(request)).origin).toBe(idp.issuer);
  expect(idp.count('discovery')).toBe(1);
});

test('a provider that is down is named with the reason', async () => {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  const { provider, lines } = started({}, { options: { oidcIssuerUrl: `http://127.0.0.1:${port}` } });
  await provider.whenReady().catch(reasonOf);
  expect(provider.notReadyBecause()).toBe('discovery_unreachable');
  expect(lines[0]?.fields['error']).toBe(
    `http://127.0.0.1:${port}/.well-known/openid-configuration failed: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
});

test('a provider that comes up later is found without anybody asking', async () => {
  const { provider } = started(discovery({ trouble: 'cut' }));
  expect(await provider.whenReady().then(() => 'ready', reasonOf)).toBe('discovery_unreachable');
  idp.bends.scripts = {};
  while (provider.notReadyBecause() !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await provider.authorizationUrl(request)).origin).toBe(idp.issuer);
});

const promised = { discovery: { authorization_response_iss_parameter_supported: true } };

test.each<readonly [string, Partial<Bends>, Wish, (issuer: string) => string | undefined, string | undefined]>([
  ['ours', promised, {}, (issuer) => issuer, undefined],
  ['RP-I1 invalid-authorization-response-iss', promised, {}, () => 'https://evil.example', 'iss_mismatch'],
  ['a slash at the end counts', promised, {}, (issuer) => `${issuer}/`, 'iss_mismatch'],
  ['case counts', promised, {}, (issuer) => issuer.toUpperCase(), 'iss_mismatch'],
  ['empty', promised, {}, () => '', 'iss_mismatch'],
  ['RP-I2 remove-authorization-response-iss', promised, {}, () => undefined, 'iss_missing'],
  ['missing and never promised', {}, {}, () => undefined, undefined],
  ['never promised, but wrong', {}, {}, () => 'https://evil.example', 'iss_mismatch'],
  [
    'issuers not compared by option',
    promised,
    { options: { insecureOidcSkipIssuerVerification: true } },
    () => 'x',
    undefined,
  ],
])('F-3, BCP-5: iss of the callback: %s', async (_, bends, wish, iss, expected) => {
  const { provider } = started(bends, wish);
  await provider.whenReady();
  expect(provider.issProblem(iss(idp.issuer))).toBe(expected);
});

test('N2: own origins are known before and after discovery', async () => {
  const { provider } = started(
    {
      discovery: {
        end_session_endpoint: 'https://logout.example/x',
        authorization_endpoint: 'https://login.example/y',
      },
    },
    { options: { backendLogoutUrl: 'https://backend.example/?t={id_token}', loginUrl: 'https://configured.example/' } },
  );
  expect(provider.ownOrigins()).toEqual([idp.issuer, 'https://configured.example', 'https://backend.example']);
  await provider.whenReady();
  expect(provider.ownOrigins()).toEqual([
    idp.issuer,
    'https://login.example',
    'https://logout.example',
    'https://backend.example',
  ]);
});

test.each<readonly [string, Partial<Bends>, string]>([
  ['nothing', {}, 'login'],
  ['login only, as Keycloak', { discovery: { prompt_values_supported: ['none', 'login', 'consent'] } }, 'login'],
  ['both', { discovery: { prompt_values_supported: ['login', 'select_account'] } }, 'select_account'],
])('the prompt for another account, where the provider lists %s', async (_, bends, expected) => {
  const { provider } = started(bends);
  await provider.whenReady();
  expect(provider.accountPrompt()).toBe(expected);
});
