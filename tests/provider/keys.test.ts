// Which keys are trusted when the provider changes them? (security M16, V-4, RP-D4, RP-D5)
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { http } from '../../src/provider/http.ts';
import { remoteKeys } from '../../src/provider/key-set.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import { jwt, publicPem, published, signers } from '../support/signing.ts';
import { make, reasonOf } from './make.ts';
import type { Made } from './make.ts';

let idp: BendableIdp;
let made: Made;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
beforeEach(() => void (made = make(idp)));
afterEach(() => {
  made.provider.stop();
  idp.reset();
});

const minute = 60_000;
const rotated = { header: { kid: 'rsa2' }, signer: signers.rsa2, keys: [published.rsa1, published.rsa2] };
const unknown = { header: { kid: 'nobody' } };

test('RP-D4 -signing-key-rotation: a new key counts at once', async () => {
  expect(await made.outcome()).toBe('ok');
  Object.assign(idp.bends, rotated);
  expect([await made.outcome(), await made.outcome()]).toEqual(['ok', 'ok']);
  expect(idp.count('jwks')).toBe(2);
});

test('RP-D5 -signing-key-rotation-just-before-signing: looked for once, found, and looked for again next time', async () => {
  await made.outcome();
  Object.assign(idp.bends, rotated);
  await made.outcome();
  Object.assign(idp.bends, { header: { kid: 'rsa1' }, signer: signers.rsa1, keys: [published.rsa1] });
  expect(await made.outcome()).toBe('ok'); // still cached
  Object.assign(idp.bends, { header: { kid: 'third' }, keys: [{ ...published.rsa1, kid: 'third' }] });
  expect(await made.outcome()).toBe('ok');
});

test('a key that was replaced under the same id is found as well', async () => {
  await made.outcome();
  Object.assign(idp.bends, { signer: signers.rsa2, keys: [{ ...published.rsa2, kid: 'rsa1' }] });
  expect(await made.outcome()).toBe('ok');
});

test('M16: after a fruitless look no further one for a minute, and known keys go on', async () => {
  await made.outcome();
  idp.bends.header = { kid: 'nobody' };
  expect([await made.outcome(), await made.outcome()]).toEqual(['id_token_unknown_key', 'id_token_unknown_key']);
  expect(idp.count('jwks')).toBe(2);
  Object.assign(idp.bends, rotated);
  expect(await made.outcome()).toBe('id_token_unknown_key'); // fails closed
  Object.assign(idp.bends, { header: {}, signer: signers.rsa1 });
  expect(await made.outcome()).toBe('ok');
  made.pass(minute);
  Object.assign(idp.bends, rotated);
  expect(await made.outcome()).toBe('ok');
  expect(idp.count('jwks')).toBe(3);
});

test('M16: junk of strangers, as logout or bearer tokens, quiets only its like: a sign-in finds a new key at once', async () => {
  await made.outcome();
  const junk = jwt({ header: { kid: 'nobody' }, payload: { iss: idp.issuer } });
  const logout = jwt({ header: { kid: 'nobody', typ: 'logout+jwt' }, payload: { iss: idp.issuer } });
  const refused = async (token: Promise<unknown>) => token.then(() => 'ok', reasonOf);
  expect(await refused(made.provider.verifyLogoutToken(logout))).toBe('logout_token_unknown_key');
  expect(await refused(made.provider.verifyLogoutToken(logout))).toBe('logout_token_unknown_key');
  expect(await refused(made.provider.verifyBearer(junk))).toBe('id_token_unknown_key');
  expect(idp.count('jwks')).toBe(2); // once for all of them

  Object.assign(idp.bends, rotated);
  expect(await made.outcome()).toBe('ok');
  expect(idp.count('jwks')).toBe(3);
});

test.each([
  ['cold', false, 1],
  ['warm', true, 2],
])('V-4: 200 tokens with random key ids cost one fetch, %s', async (_, isWarm, fetches) => {
  const client = http({ caFiles: [], useSystemTrustStore: false, skipTlsVerify: false });
  const keys = remoteKeys({ url: `${idp.issuer}/jwks`, http: client, clock: Date.now });
  const token = (kid: string) => jwt({ header: { kid }, payload: {} });
  if (isWarm) expect(await keys.verify(token('rsa1'), ['RS256'])).toMatchObject({ kind: 'verified' });
  const half = Array.from({ length: 100 }, (_unused, i) => token(`random-${i}`));
  const verdicts = await Promise.all(half.map((one) => keys.verify(one, ['RS256'])));
  for (const one of half) verdicts.push(await keys.verify(one, ['RS256']));
  expect(new Set(verdicts.map((verdict) => verdict.kind === 'refused' && verdict.because))).toEqual(
    new Set(['unknown_key']),
  );
  expect(idp.count('jwks')).toBe(fetches);
  client.close();
});

test.each([
  ['500', { status: 500, body: 'x' }, 'jwks_status'],
  ['no JSON', { body: 'x' }, 'jwks_not_json'],
  ['no keys', { body: {} }, 'jwks_not_json'],
  ['connection cut', { trouble: 'cut' as const }, 'jwks_unreachable'],
])('a key set that cannot be had is the provider’s trouble: %s', async (_, jwks, reason) => {
  idp.bends.scripts = { jwks };
  await expect(made.signIn()).rejects.toMatchObject({ kind: 'unreachable', reason });
});

test('known keys serve while the key set is out, however old', async () => {
  await made.outcome();
  idp.bends.scripts = { jwks: { status: 500 } };
  expect(await made.outcome()).toBe('ok');
  made.pass(2 * 60 * minute);
  Object.assign(idp.bends.idToken, {
    iat: Math.floor(Date.now() / 1000) + 7200,
    exp: Math.floor(Date.now() / 1000) + 9000,
  });
  expect(await made.outcome()).toBe('ok');
  expect(idp.count('jwks')).toBe(2);
});

test('a withdrawn key is forgotten after an hour', async () => {
  await made.outcome();
  idp.bends.keys = [published.rsa2];
  made.pass(61 * minute);
  Object.assign(idp.bends.idToken, {
    iat: Math.floor(Date.now() / 1000) + 3700,
    exp: Math.floor(Date.now() / 1000) + 9000,
  });
  expect(await made.outcome()).toBe('id_token_unknown_key');
});

test('M16: an unknown key while the key set is out: refused, and not asked again for it at once', async () => {
  await made.outcome();
  Object.assign(idp.bends, { ...unknown, scripts: { jwks: { status: 500 } } });
  expect([await made.outcome(), await made.outcome()]).toEqual(['jwks_status', 'id_token_unknown_key']);
  expect(idp.count('jwks')).toBe(2);
});

test('--oidc-public-key-file: keys from a file, nothing is fetched', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const file = join(folder, 'idp.pem');
  writeFileSync(file, publicPem);
  made.provider.stop();
  made = make(idp, {
    options: {
      skipOidcDiscovery: true,
      loginUrl: `${idp.issuer}/authorize`,
      redeemUrl: `${idp.issuer}/token`,
      oidcPublicKeyFiles: [file],
    },
  });
  expect(await made.outcome()).toBe('ok');
  idp.bends.signer = signers.rsa2;
  expect(await made.outcome()).toBe('id_token_signature');
  expect(idp.calls.map(({ endpoint }) => endpoint)).toEqual(['token', 'token']);
  rmSync(folder, { recursive: true });
});
