// Does a whole sign-in work with a certified provider?
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createProvider } from '../../src/provider/catalog.ts';
import type { OidcProvider } from '../../src/provider/oidc.ts';
import { client, clientId, clientSecret, realProvider } from '../support/real-provider.ts';
import type { RealProvider } from '../support/real-provider.ts';
import { linesLogger, defaultsOf, providerOptions, redirectUri } from './make.ts';

const codeVerifier = 'v'.repeat(43);
const attempt = { redirectUri, nonce: 'the-nonce', codeVerifier };

describe.each([
  ['with everybody agreed', false, 'client_secret_basic'],
  ['with a consent page, secret in the body', true, 'client_secret_post'],
])('oidc-provider %s', (_, asksConsent, authMethod) => {
  let idp: RealProvider;
  let provider: OidcProvider;

  beforeAll(async () => {
    const clients = [client([redirectUri], { token_endpoint_auth_method: authMethod })];
    const clientAuthMethods = [authMethod];
    idp = await realProvider({ asksConsent, clients, configuration: { clientAuthMethods } });
    provider = createProvider({
      provider: providerOptions({ provider: 'oidc', oidcIssuerUrl: idp.issuer, clientId, clientSecret }),
      signOut: defaultsOf('signOut'),
      policy: { allowedGroups: ['staff'] },
      loginParameters: [],
      additionalClaims: [],
      isGiven: () => false,
      logger: linesLogger(),
      clock: Date.now,
    });
    provider.start();
  });
  afterAll(async () => {
    provider.stop();
    await idp.close();
  });

  test('RP-D1, RP-D2, F-5, RP-I1: sign in with PKCE, nonce and iss, then refresh', async () => {
    const url = await provider.authorizationUrl({ ...attempt, state: 'the-state' });
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('scope')).toBe('openid email profile groups');
    const back = await idp.signIn(url);
    expect(back.searchParams.get('state')).toBe('the-state');
    expect(provider.issProblem(back.searchParams.get('iss') ?? undefined)).toBeUndefined();
    const code = back.searchParams.get('code') ?? '';

    const session = await provider.redeem({ ...attempt, code, startedAtMs: 5 });
    expect(session).toMatchObject({
      user: 'alice',
      email: 'alice@example.com',
      preferredUsername: 'alice',
      groups: ['staff', 'dev'],
      subject: 'alice',
      issuer: idp.issuer,
      nonce: 'the-nonce',
      signedInAtMs: 5,
    });

    const renewal = await provider.refresh(session);
    expect(renewal).toMatchObject({
      kind: 'renewed',
      session: { id: session.id, user: 'alice', groups: ['staff', 'dev'], signedInAtMs: 5 },
    });
    // used twice: the first session's tokens die with it
    await expect(provider.redeem({ ...attempt, code, startedAtMs: 5 })).rejects.toMatchObject({
      reason: 'token_endpoint_invalid_grant',
    });
  });

  test('F-5: a code without its verifier is worth nothing', async () => {
    const back = await idp.signIn(await provider.authorizationUrl({ ...attempt, state: 's' }), 'bob');
    const code = back.searchParams.get('code') ?? '';
    const stolen = provider.redeem({ ...attempt, code, codeVerifier: 'w'.repeat(43), startedAtMs: 5 });
    await expect(stolen).rejects.toMatchObject({ kind: 'rejected', reason: 'token_endpoint_invalid_grant' });
  });
});
