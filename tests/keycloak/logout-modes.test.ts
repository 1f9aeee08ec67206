// Does each way of telling Keycloak end its session, whatever has become of the tokens?
import { setTimeout as sleep } from 'node:timers/promises';
import { keycloakPage, signInThroughKeycloak } from '../support/keycloak-browser.ts';
import type { KeycloakVisitor } from '../support/keycloak-browser.ts';
import { arriveAt, atKeycloak, expectSignedOut, sessionCookies } from './at-keycloak.ts';
import { startKeycloakStage } from './stage.ts';
import type { KeycloakStage, KeycloakStageWish } from './stage.ts';

const returning = { OAUTH2_PROXY_POST_LOGOUT_REDIRECT_URL: '/oauth2/signed_out' };
const registered: KeycloakStageWish['client'] = ({ origin }) => ({ postLogoutUris: [`${origin}/oauth2/signed_out`] });

/** The ways, and what Keycloak and the operator must have been told for them. */
const ways: readonly [string, KeycloakStageWish][] = [
  ['auto', {}],
  ['auto with a return address', { env: () => returning, client: registered }],
  ['redirect', { env: () => ({ ...returning, OAUTH2_PROXY_OIDC_LOGOUT: 'redirect' }), client: registered }],
  ['backend', { env: () => ({ OAUTH2_PROXY_OIDC_LOGOUT: 'backend' }) }],
];

atKeycloak('--oidc-logout', ({ visitor, withStage }) => {
  async function signedIn(wish: KeycloakStageWish, use: (stage: KeycloakStage, who: KeycloakVisitor) => Promise<void>) {
    await withStage(wish, async (stage) => {
      const who = await visitor();
      await signInThroughKeycloak(who.page, `${stage.origin}/private/`);
      expect(await stage.realm.sessionsOf('alice')).toHaveLength(1);
      await use(stage, who);
      await who.context.close();
    });
  }
  const signOut = ({ origin }: KeycloakStage, { page }: KeycloakVisitor) =>
    arriveAt(page, `${origin}/oauth2/sign_out?rd=%2Fbye`);

  describe.each(ways)('%s', (_, wish) => {
    let stage: KeycloakStage;
    let who: KeycloakVisitor;
    beforeAll(async () => {
      stage = await startKeycloakStage({ ...wish, realm: { rotation: true } });
    }, 120_000);
    beforeEach(async () => {
      who = await visitor();
    });
    afterEach(() => who?.context.close());
    afterAll(() => stage?.stop());

    async function signInAndOut(between: () => Promise<unknown>): Promise<void> {
      await signInThroughKeycloak(who.page, `${stage.origin}/private/`);
      expect(await stage.realm.sessionsOf('alice')).toHaveLength(1);
      await between();
      expect(await signOut(stage, who)).toBe(`${stage.origin}/bye`);
      await expectSignedOut(stage, who);
    }

    test('lands on the wanted page, and everything is over', () => signInAndOut(async () => undefined));

    test('without a session here it is no error, and signs nobody in', async () => {
      const before = stage.program().log().length;
      expect(await signOut(stage, who)).toBe(`${stage.origin}/bye`);
      expect(stage.program().log().slice(before)).not.toMatch(/\b(error|warn(ing)?)\b/i);
      await expectSignedOut(stage, who);
    });

    test('after refreshes that made older tokens void', async () => {
      await stage.reconfigure({ OAUTH2_PROXY_COOKIE_REFRESH: '1s' });
      await signInAndOut(async () => {
        for (let refreshes = 0; refreshes < 2; refreshes++) {
          await sleep(1200);
          await who.page.reload();
        }
        expect(await stage.realm.events()).toContain('REFRESH_TOKEN');
      });
      await stage.reconfigure({});
    });

    test('with an expired ID token', async () => {
      await stage.realm.changeRealm({ accessTokenLifespan: 2 });
      await signInAndOut(() => sleep(3500));
    });
  });

  test('off: signed out here and nowhere else', async () => {
    await signedIn({ env: () => ({ OAUTH2_PROXY_OIDC_LOGOUT: 'off' }) }, async (stage, who) => {
      expect(await signOut(stage, who)).toBe(`${stage.origin}/bye`);
      expect(await sessionCookies(who)).toEqual([]);
      expect(await stage.realm.sessionsOf('alice')).toHaveLength(1);
      expect(await arriveAt(who.page, `${stage.origin}/private/`)).toBe(`${stage.origin}/private/`);
    });
  });

  test('redirect: when only Keycloak still knows the user, it asks, and then all is over', async () => {
    const wish = { env: () => ({ ...returning, OAUTH2_PROXY_OIDC_LOGOUT: 'redirect' }), client: registered };
    await signedIn(wish, async (stage, who) => {
      await who.context.clearCookies({ name: /^_oauth2_proxy/ });
      await signOut(stage, who);
      expect(await keycloakPage(who.page)).toBe('question');
      await who.page.locator('#kc-logout').click();
      await who.page.waitForURL(`${stage.origin}/bye`);
      await expectSignedOut(stage, who);
    });
  });

  test('auto: rd at the end-session endpoint without a hint asks nothing', async () => {
    await signedIn({ client: ({ origin }) => ({ postLogoutUris: [`${origin}/bye`] }) }, async (stage, who) => {
      const endpoint = new URL(`${stage.issuer}/protocol/openid-connect/logout`);
      endpoint.searchParams.set('post_logout_redirect_uri', `${stage.origin}/bye`);
      const rd = encodeURIComponent(endpoint.href);
      expect(await arriveAt(who.page, `${stage.origin}/oauth2/sign_out?rd=${rd}`)).toBe(`${stage.origin}/bye`);
      await expectSignedOut(stage, who);
    });
  });

  test('auto: when Keycloak could not be told, a page says so and nobody is signed in again', async () => {
    await signedIn({}, async (stage, who) => {
      // Nothing there ends a session; a refresh token that is revoked would.
      const nowhere = { OAUTH2_PROXY_OIDC_END_SESSION_URL: `${stage.issuer}/nowhere` };
      await stage.reconfigure({ ...nowhere, OAUTH2_PROXY_REVOKE_TOKENS_ON_SIGN_OUT: 'off' });
      expect(await arriveAt(who.page, `${stage.origin}/oauth2/sign_out`)).toMatch(`${stage.origin}/oauth2/signed_out`);
      expect(await sessionCookies(who)).toEqual([]);
      expect(await stage.realm.sessionsOf('alice')).toHaveLength(1);
    });
  });

  test('a return address that nobody registered is not sent; Keycloak ends the session nevertheless', async () => {
    const wish = { client: ({ origin }: { readonly origin: string }) => ({ postLogoutUris: [`${origin}/elsewhere`] }) };
    await signedIn(wish, async (stage, who) => {
      expect(await signOut(stage, who)).toBe(`${stage.origin}/bye`);
      await expectSignedOut(stage, who);
    });
  });
});
