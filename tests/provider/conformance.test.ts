// Does this client pass the modules of the OpenID conformance suite? By their names (security.md §15).
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
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

/** Names continue `oidcc-client-test`; see security.md §15. */
const strict: Wish = { options: { insecureOidcSkipNonce: false } };
test.each<Row>([
  ['RP-B1 oidcc-client-test', {}, 'ok'],
  ['RP-B2 -invalid-iss', { idToken: { iss: 'https://x.example' } }, 'id_token_iss'],
  ['RP-B3 -missing-sub', { idToken: { sub: undefined } }, 'id_token_sub'],
  ['RP-B4 -invalid-aud', { idToken: { aud: 'x' } }, 'id_token_aud'],
  ['RP-B5 -missing-iat', { idToken: { iat: undefined } }, 'id_token_iat'],
  ['RP-B6 -kid-absent-single-jwks', { header: { kid: undefined }, keys: [published.rsa1] }, 'ok'],
  [
    'RP-B7 -kid-absent-multiple-jwks',
    { header: { kid: undefined }, keys: [published.rsa2, published.ec, published.rsa1] },
    'ok',
  ],
  ['RP-B8 -idtoken-sig-rs256', {}, 'ok'],
  ['RP-B9 -idtoken-sig-none', { header: { alg: 'none' }, signer: signers.nothing }, 'id_token_algorithm'],
  ['RP-B10 -invalid-sig-rs256', { signer: signers.bitFlipped }, 'id_token_signature'],
  ['RP-B11 -userinfo-invalid-sub', { idToken: { groups: undefined }, userinfo: { sub: 'another' } }, 'userinfo_sub'],
  ['RP-B12 -nonce-invalid', { idToken: { nonce: 'x' } }, 'id_token_nonce'],
  ['RP-B13 -scope-userinfo-claims', { idToken: { email: undefined, preferred_username: undefined } }, 'ok'],
  ['RP-B14 -client-secret-basic', { takes: 'basic' }, 'ok'],
  ['RP-C -valid-aud-as-array', { idToken: { aud: ['the-client'] } }, 'ok'],
  ['RP-C -missing-aud', { idToken: { aud: undefined } }, 'id_token_aud'],
  ['RP-C -invalid-alternate-alg', { header: { alg: 'ES256', kid: 'ec' }, signer: signers.ec }, 'id_token_algorithm'],
  ['RP-C -invalid-null-alg', { header: { alg: null } }, 'id_token_malformed'],
  ['RP-C -invalid-expired-exp', { idToken: { exp: now - 300 } }, 'id_token_exp'],
  ['RP-C -invalid-missing-exp', { idToken: { exp: undefined } }, 'id_token_exp'],
  ['RP-C -invalid-missing-iss', { idToken: { iss: undefined } }, 'id_token_iss'],
  ['RP-C -invalid-missing-nonce', { idToken: { nonce: undefined } }, 'id_token_nonce'],
  ['RP-C -iat-is-week-in-past', { idToken: { iat: now - week } }, 'id_token_iat'],
  ['RP-C -missing-athash', { idToken: { at_hash: undefined } }, 'ok'],
  ['RP-C -invalid-sig-es256', { header: { alg: 'ES256', kid: 'ec' }, signer: signers.zeros }, 'id_token_algorithm'],
  ['RP-C -invalid-sig-hs256', { header: { alg: 'HS256' }, signer: hmacSigner('x') }, 'id_token_algorithm'],
  ['RP-C -token-type-case-insensitivity', { tokens: { token_type: 'bEARER' } }, 'ok'],
  ['RP-C -no-scope-in-token-endpoint-response', { tokens: { scope: undefined } }, 'ok'],
  ['RP-C -token-endpoint-response-without-expires_in', { tokens: { expires_in: undefined } }, 'ok'],
  ['RP-C -aggregated-claims', { idToken: { _claim_names: { x: 's' }, _claim_sources: { s: { JWT: 'x' } } } }, 'ok'],
])('%s', async (_, bends, expected) => {
  expect(await outcome(bends, strict)).toBe(expected);
});
