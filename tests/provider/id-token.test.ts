// Which ID tokens are taken? (security T-1)
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Bends } from '../support/bends.ts';
import { hmacSigner, published, signers } from '../support/signing.ts';
import { make } from './make.ts';
import type { Made, Wish } from './make.ts';

let idp: BendableIdp;
let made: Made;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
beforeEach(() => void (made = make(idp)));
afterEach(() => {
  made.provider.stop();
  idp.reset();
});

const now = Math.floor(Date.now() / 1000);
const week = 7 * 86_400;
const rsa3 = { ...published.rsa2, kid: 'rsa1', use: 'enc' };

type Row = readonly [name: string, bends: Partial<Bends> | (() => Partial<Bends>), expected: string];

async function outcome(bends: Row[1], wish?: Wish): Promise<string> {
  if (wish) {
    made.provider.stop();
    made = make(idp, wish);
  }
  Object.assign(idp.bends, typeof bends === 'function' ? bends() : bends);
  const result = await made.outcome();
  expect(idp.count('token')).toBe(1); // a refused ID token is no reason to ask again
  return result;
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test.each<Row>([
  ['honest', {}, 'ok'],
  ['M24: alg none', { header: { alg: 'none' }, signer: signers.nothing }, 'id_token_algorithm'],
  ['alg missing', { header: { alg: undefined } }, 'id_token_malformed'],
  ['alg None', { header: { alg: 'None' }, signer: signers.nothing }, 'id_token_algorithm'],
  ['alg nOnE', { header: { alg: 'nOnE' }, signer: signers.nothing }, 'id_token_algorithm'],
  [
    'HS256 with the RSA public key',
    { header: { alg: 'HS256' }, signer: signers.publicKeyAsSecret },
    'id_token_algorithm',
  ],
  [
    'HS256 with the client secret',
    { header: { alg: 'HS256' }, signer: hmacSigner('the-secret') },
    'id_token_algorithm',
  ],
  ['PS256 not on the list', { header: { alg: 'PS256' }, signer: signers.pss }, 'id_token_algorithm'],
  ['ES256 not on the list', { header: { alg: 'ES256', kid: 'ec' }, signer: signers.ec }, 'id_token_algorithm'],
  ['empty crit', { header: { crit: [] } }, 'id_token_crit'],
  ['crit with an unknown name', { header: { crit: ['x'], x: 1 } }, 'id_token_crit'],
  ['crit with b64', { header: { crit: ['b64'], b64: true } }, 'id_token_crit'],
  ['key marked use: enc', { keys: [{ ...published.rsa1, use: 'enc' }] }, 'id_token_unknown_key'],
  [
    'good key beside one of an unknown kty (N13)',
    { keys: [{ kty: 'XX', kid: 'rsa1' }, 'nonsense', published.rsa1] },
    'ok',
  ],
  ['good key beside one for encryption', { keys: [rsa3, published.rsa1] }, 'ok'],
  ['signature stripped', { signer: signers.nothing }, 'id_token_signature'],
  ['one bit of the signature flipped', { signer: signers.bitFlipped }, 'id_token_signature'],
  ['header with the attacker’s jwk', { header: { jwk: published.rsa2 }, signer: signers.rsa2 }, 'id_token_signature'],
  [
    'header with jku and x5u',
    { header: { jku: 'https://evil.example', x5u: 'https://evil.example' }, signer: signers.rsa2 },
    'id_token_signature',
  ],
  ['header with x5c', { header: { x5c: ['AAAA'] }, signer: signers.rsa2 }, 'id_token_signature'],
  ['unknown kid', { header: { kid: 'nobody' } }, 'id_token_unknown_key'],
  ['no kid, single key', { header: { kid: undefined }, keys: [published.rsa1] }, 'ok'],
  ['no kid, several keys, one verifies', { header: { kid: undefined }, keys: [published.rsa2, published.rsa1] }, 'ok'],
  [
    'no kid, several keys, none verifies',
    { header: { kid: undefined }, keys: [published.rsa2, { ...published.rsa2, kid: 'x' }] },
    'id_token_signature',
  ],
  ['iss of another', { idToken: { iss: 'https://other.example' } }, 'id_token_iss'],
  ['iss with a slash at the end', () => ({ idToken: { iss: `${idp.issuer}/` } }), 'id_token_iss'],
  ['iss with https', () => ({ idToken: { iss: idp.issuer.replace('http:', 'https:') } }), 'id_token_iss'],
  ['iss in upper case', () => ({ idToken: { iss: idp.issuer.toUpperCase() } }), 'id_token_iss'],
  ['iss missing', { idToken: { iss: undefined } }, 'id_token_iss'],
  ['aud of another', { idToken: { aud: 'someone-else' } }, 'id_token_aud'],
  ['aud array without us', { idToken: { aud: ['x', 'y'] } }, 'id_token_aud'],
  ['aud array with us', { idToken: { aud: ['x', 'the-client'] } }, 'ok'],
  ['aud with us and another, azp another', { idToken: { aud: ['x', 'the-client'], azp: 'x' } }, 'id_token_azp'],
  ['aud with us and another, azp us', { idToken: { aud: ['x', 'the-client'], azp: 'the-client' } }, 'ok'],
  ['aud missing', { idToken: { aud: undefined } }, 'id_token_aud'],
  ['aud an object', { idToken: { aud: { 'the-client': 1 } } }, 'id_token_aud'],
  ['exp ten seconds past', { idToken: { exp: now - 10 } }, 'id_token_exp'],
  ['exp a text', { idToken: { exp: String(now + 600) } }, 'id_token_exp'],
  ['exp 1e300 (M17)', { payload: (text) => text.replace(/"exp":\d+/, '"exp":1e300') }, 'id_token_exp'],
  ['exp fractional (M17)', { idToken: { exp: now + 600.5 } }, 'ok'],
  ['exp negative', { idToken: { exp: -1 } }, 'id_token_exp'],
  ['exp missing', { idToken: { exp: undefined } }, 'id_token_exp'],
  ['iat missing', { idToken: { iat: undefined } }, 'id_token_iat'],
  ['iat a week old', { idToken: { iat: now - week } }, 'id_token_iat'],
  ['iat in the future', { idToken: { iat: now + 3600 } }, 'id_token_iat'],
  ['nbf in two minutes', { idToken: { nbf: now + 120 } }, 'ok'],
  ['nbf in ten minutes', { idToken: { nbf: now + 600 } }, 'id_token_nbf'],
  ['nonce of another flow', { idToken: { nonce: 'other' } }, 'id_token_nonce'],
  ['nonce missing, where it is not asked for', { idToken: { nonce: undefined } }, 'ok'],
  ['nonce a number', { idToken: { nonce: 7 } }, 'id_token_nonce'],
  ['sub missing', { idToken: { sub: undefined } }, 'id_token_sub'],
  ['sub empty', { idToken: { sub: '' } }, 'id_token_sub'],
  ['sub an array', { idToken: { sub: ['user-1'] } }, 'id_token_sub'],
  ['sub a number', { idToken: { sub: 42 } }, 'id_token_sub'],
  ['sub longer than 255', { idToken: { sub: 'x'.repeat(256) } }, 'id_token_sub'],
  ['at_hash wrong', { idToken: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }, 'id_token_at_hash'],
  [
    'at_hash right',
    {
      tokens: { access_token: 'at' },
      idToken: { at_hash: createHash('sha256').update('at').digest().subarray(0, 16).toString('base64url') },
    },
    'ok',
  ],
  ['payload an array', { payload: () => '[]' }, 'id_token_malformed'],
  ['payload a text', { payload: () => '"x"' }, 'id_token_malformed'],
  ['payload no JSON', { payload: () => '{' }, 'id_token_malformed'],
  ['claims doubled', { payload: (text) => text.replace('{', '{"sub":"admin",') }, 'id_token_duplicate_name'],
  [
    'claims doubled in disguise',
    { payload: (text) => text.replace('{', '{"\\u0073ub":"admin",') },
    'id_token_duplicate_name',
  ],
  [
    'claims doubled further down',
    { idToken: { a: [{ b: 1 }] }, payload: (text) => text.replace('"b":1', '"b":1,"b":2') },
    'id_token_duplicate_name',
  ],
  ['10 000 levels deep', { payload: (text) => text.replace('{', `{"deep":${nested(10_000)},`) }, 'id_token_too_deep'],
  ['half a megabyte of claims', { idToken: { fill: 'x'.repeat(500_000) } }, 'id_token_too_long'],
  [
    'encrypted (JWE)',
    { rewrite: () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIiwiemlwIjoiREVGIn0..AAAA.AAAA.AAAA' },
    'id_token_encrypted',
  ],
  ['two parts', { rewrite: (token) => token.split('.').slice(0, 2).join('.') }, 'id_token_malformed'],
  ['garbage', { rewrite: () => 'garbage' }, 'id_token_malformed'],
  ['header typ at+jwt', { header: { typ: 'at+jwt' } }, 'id_token_type'],
  ['header typ logout+jwt', { header: { typ: 'logout+jwt' } }, 'id_token_type'],
  ['payload typ ID', { idToken: { typ: 'ID' } }, 'ok'],
  ['payload typ Bearer', { idToken: { typ: 'Bearer' } }, 'id_token_kind'],
  ['payload typ Refresh', { idToken: { typ: 'Refresh' } }, 'id_token_kind'],
  ['payload typ Offline', { idToken: { typ: 'Offline' } }, 'id_token_kind'],
  ['payload typ Logout', { idToken: { typ: 'Logout' } }, 'id_token_kind'],
  [
    'events, as in a logout token',
    { idToken: { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } } },
    'id_token_kind',
  ],
  ['no ID token', { noIdToken: true }, 'id_token_missing'],
])('T-1, L12: %s', async (_, bends, expected) => {
  expect(await outcome(bends)).toBe(expected);
});

const es256 = { discovery: { id_token_signing_alg_values_supported: ['RS256', 'ES256'] } };

test.each<readonly [string, Partial<Bends> | (() => Partial<Bends>), Wish, string]>([
  [
    'nonce missing, but asked for',
    { idToken: { nonce: undefined } },
    { options: { insecureOidcSkipNonce: false } },
    'id_token_nonce',
  ],
  [
    'nonce wrong, but --insecure-oidc-skip-nonce given',
    { idToken: { nonce: 'x' } },
    { given: ['insecure-oidc-skip-nonce'] },
    'ok',
  ],
  [
    'ES256 enabled and offered',
    { ...es256, header: { alg: 'ES256', kid: 'ec' }, signer: signers.ec },
    { options: { oidcEnabledSigningAlgs: ['ES256'] } },
    'ok',
  ],
  [
    'RS256 where only ES256 is enabled',
    es256,
    { options: { oidcEnabledSigningAlgs: ['ES256'] } },
    'id_token_algorithm',
  ],
  [
    'ES256 with r = s = 0',
    { ...es256, header: { alg: 'ES256', kid: 'ec' }, signer: signers.zeros },
    { options: { oidcEnabledSigningAlgs: ['ES256'] } },
    'id_token_signature',
  ],
  [
    'HS256 enabled by the operator is still refused',
    {
      discovery: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] },
      header: { alg: 'HS256' },
      signer: signers.publicKeyAsSecret,
    },
    { options: { oidcEnabledSigningAlgs: ['HS256', 'RS256'] } },
    'id_token_algorithm',
  ],
  [
    'aud of an --oidc-extra-audience',
    { idToken: { aud: 'friend' } },
    { options: { oidcExtraAudiences: ['friend'] } },
    'ok',
  ],
  [
    'audience in another claim',
    { idToken: { aud: 'x', client: 'the-client' } },
    { options: { oidcAudienceClaims: ['client', 'aud'] } },
    'ok',
  ],
  [
    'first audience claim decides, later ones do not help',
    { idToken: { client: 'x' } },
    { options: { oidcAudienceClaims: ['client', 'aud'] } },
    'id_token_aud',
  ],
  ['missing audience claim is passed over', {}, { options: { oidcAudienceClaims: ['client', 'aud'] } }, 'ok'],
  [
    'another issuer, not compared by option',
    { discovery: { issuer: 'https://other.example' }, idToken: { iss: 'https://other.example' } },
    { options: { insecureOidcSkipIssuerVerification: true } },
    'ok',
  ],
])('ID token: %s', async (_, bends, wish, expected) => {
  expect(await outcome(bends, wish)).toBe(expected);
});
