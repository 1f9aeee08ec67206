// How does the token endpoint fail, and how oddly may it answer?
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Bends, Script } from '../support/bends.ts';
import { make, redirectUri } from './make.ts';
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

const json = (status: number, body: object): Script => ({ status, body });

test.each<readonly [string, Script, string, string]>([
  ['500', { status: 500, body: 'oops' }, 'unreachable', 'token_endpoint_unavailable'],
  ['503 as HTML', { status: 503, body: '<html>', type: 'text/html' }, 'unreachable', 'token_endpoint_unavailable'],
  ['429', { status: 429, body: 'slow down' }, 'unreachable', 'token_endpoint_unavailable'],
  ['500 with invalid_grant', json(500, { error: 'invalid_grant' }), 'unreachable', 'token_endpoint_unavailable'],
  ['connection cut', { trouble: 'cut' }, 'unreachable', 'token_endpoint_unreachable'],
  ['no JSON', { body: 'hello' }, 'unreachable', 'token_endpoint_not_json'],
  ['nothing', { body: '', type: 'application/json' }, 'unreachable', 'token_endpoint_not_json'],
  ['an array', { body: '[]', type: 'application/json' }, 'unreachable', 'token_endpoint_not_json'],
  ['invalid_grant', json(400, { error: 'invalid_grant' }), 'rejected', 'token_endpoint_invalid_grant'],
  ['invalid_grant with 200', json(200, { error: 'invalid_grant' }), 'rejected', 'token_endpoint_invalid_grant'],
  [
    'unauthorized_client',
    json(401, { error: 'unauthorized_client' }),
    'misconfigured',
    'token_endpoint_unauthorized_client',
  ],
  ['invalid_request', json(400, { error: 'invalid_request' }), 'misconfigured', 'token_endpoint_invalid_request'],
  [
    'an error of its own, kept out of the log',
    json(400, { error: 'call 0800 now' }),
    'misconfigured',
    'token_endpoint_error',
  ],
  ['404', { status: 404, body: 'x' }, 'misconfigured', 'token_endpoint_status'],
  ['no access token', json(200, { token_type: 'Bearer' }), 'misconfigured', 'token_endpoint_no_access_token'],
  ['an empty access token', json(200, { access_token: '' }), 'misconfigured', 'token_endpoint_no_access_token'],
  [
    'a redirect, which would take the secret along',
    { status: 307, headers: { location: '/elsewhere' } },
    'misconfigured',
    'token_endpoint_status',
  ],
])('token endpoint answers %s', async (_, token, kind, reason) => {
  idp.bends.scripts = { token };
  await expect(made.signIn()).rejects.toMatchObject({ kind, reason });
  expect(idp.calls.map(({ endpoint }) => endpoint)).toEqual(['discovery', 'token']);
});

test.each<readonly [string, Partial<Bends>, number | undefined]>([
  ['expires_in as text', { tokens: { expires_in: '60' } }, 60],
  ['expires_in missing', { tokens: { expires_in: undefined } }, undefined],
  ['expires_in 0', { tokens: { expires_in: 0 } }, undefined],
  ['expires_in nonsense', { tokens: { expires_in: 'soon' } }, undefined],
  ['token_type missing', { tokens: { token_type: undefined, expires_in: 60 } }, 60],
])('token answer with %s', async (_, bends, expiresIn) => {
  Object.assign(idp.bends, bends);
  const { expiresAtMs, createdAtMs } = await made.signIn();
  expect(expiresAtMs && (expiresAtMs - createdAtMs) / 1000).toBe(expiresIn);
});

test('token answer in form encoding', async () => {
  const body = new URLSearchParams({
    access_token: 'at',
    id_token: idp.idToken({ nonce: 'the-nonce' }),
    expires_in: '60',
  });
  idp.bends.scripts = { token: { body: String(body), type: 'application/x-www-form-urlencoded' } };
  expect(await made.signIn()).toMatchObject({ accessToken: 'at', user: 'user-1' });
});

test('RP-B14, BCP-7: a code is redeemed once, with Basic and exactly our redirect_uri', async () => {
  await made.signIn();
  const [call, ...more] = idp.calls.filter(({ endpoint }) => endpoint === 'token');
  expect(more).toEqual([]);
  expect(call?.headers.authorization).toBe(`Basic ${btoa('the-client:the-secret')}`);
  expect(Object.fromEntries(call?.form ?? [])).toEqual({
    grant_type: 'authorization_code',
    code: expect.stringMatching(/^code-/),
    redirect_uri: redirectUri,
  });
});

test('credentials with blanks and signs are escaped as the reference does', async () => {
  made.provider.stop();
  made = make(idp, { options: { clientSecret: 'a b+c:d/é%-_.~!' } });
  idp.bends.clientSecret = 'a b+c:d/é%-_.~!';
  expect(await made.outcome()).toBe('ok');
  const [, credentials = ''] =
    idp.calls.find(({ endpoint }) => endpoint === 'token')?.headers.authorization?.split(' ') ?? [];
  expect(atob(credentials)).toBe('the-client:a+b%2Bc%3Ad%2F%C3%A9%25-_.~%21');
});

const methods = (...list: string[]): Partial<Bends> => ({ discovery: { token_endpoint_auth_methods_supported: list } });

test.each<readonly [string, Partial<Bends>, string, number]>([
  ['body only, not announced: tried when Basic is not known', { takes: 'post' }, 'ok', 4],
  ['body only, announced', { takes: 'post', ...methods('client_secret_post') }, 'ok', 2],
  [
    'Basic announced beside the body',
    { takes: 'basic', ...methods('client_secret_post', 'client_secret_basic') },
    'ok',
    2,
  ],
  [
    'wrong secret, nothing announced: the first answer counts',
    { clientSecret: 'changed' },
    'token_endpoint_invalid_client',
    4,
  ],
  [
    'wrong secret, Basic announced: asked once',
    { clientSecret: 'changed', ...methods('client_secret_basic') },
    'token_endpoint_invalid_client',
    2,
  ],
])('client authentication: %s', async (_, bends, expected, callsOfTwo) => {
  Object.assign(idp.bends, bends);
  expect([await made.outcome(), await made.outcome()]).toEqual([expected, expected]);
  expect(idp.count('token')).toBe(callsOfTwo);
});

test('a refused client is told to whoever asked, without its secret; the log hears of it once, from there', async () => {
  idp.bends.clientSecret = 'changed';
  const failure: unknown = await made.signIn().catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'misconfigured', reason: 'token_endpoint_invalid_client' });
  expect(made.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(`${String(failure)} ${JSON.stringify(made.lines)}`).not.toMatch(/the-secret|code-/);
});

test('a public client says its name only', async () => {
  made.provider.stop();
  made = make(idp, { options: { clientSecret: '' } });
  idp.bends.clientSecret = '';
  expect(await made.outcome()).toBe('ok');
  const call = idp.calls.find(({ endpoint }) => endpoint === 'token');
  expect(call?.headers.authorization).toBeUndefined();
  expect([call?.form.get('client_id'), call?.form.has('client_secret')]).toEqual(['the-client', false]);
});

test('a secret file that is rotated counts at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  const file = join(folder, 'secret');
  writeFileSync(file, 'the-secret\n');
  made.provider.stop();
  made = make(idp, { options: { clientSecretFile: file } });
  expect(await made.outcome()).toBe('ok');
  idp.bends.clientSecret = 'the-next';
  writeFileSync(file, 'the-next\n');
  expect(await made.outcome()).toBe('ok');
  rmSync(folder, { recursive: true });
  expect(await made.outcome()).toBe('ok');
});
