// Is a session that ends at Keycloak over at the site as well, through the back channel?
import type { Page } from 'playwright-core';
import { signInThroughKeycloak } from '../support/keycloak-browser.ts';
import type { KeycloakVisitor } from '../support/keycloak-browser.ts';
import { secretOf } from '../support/keycloak-realm.ts';
import { arriveAt, atKeycloak, authWithinTwoSeconds } from './at-keycloak.ts';
import type { KeycloakStage, KeycloakStageWish } from './stage.ts';

const told: KeycloakStageWish = {
  client: ({ sidecar }) => ({ backchannelUrl: `${sidecar}/oauth2/backchannel-logout` }),
  otherClients: ({ origin }) => [{ id: 'other', redirectUris: [`${origin}/bye`] }],
};

atKeycloak('signing out at Keycloak', ({ visitor, withStage }) => {
  async function signedIn(stage: KeycloakStage): Promise<KeycloakVisitor> {
    const who = await visitor();
    await signInThroughKeycloak(who.page, `${stage.origin}/private/`);
    expect((await stage.auth(await who.context.cookies())).status).toBe(202);
    return who;
  }

  test.each<[string, (stage: KeycloakStage, page: Page) => Promise<void>]>([
    ['an administrator ends the session', endAsAdministrator],
    ['an administrator signs the user out', (stage) => stage.realm.endAllSessions('alice')],
    ['the user signs out in the account console', signOutInAccountConsole],
    ['the user signs out at another application', signOutAtOtherClient],
  ])('%s: auth is 401 within two seconds', async (_, end) => {
    await withStage(told, async (stage) => {
      const who = await signedIn(stage);
      await end(stage, await who.context.newPage());
      expect(await authWithinTwoSeconds(stage, who)).toBe(401);
      expect(await stage.realm.sessionsOf('alice')).toEqual([]);
      // A new sign-in asks for the password, and is not the old session.
      await signInThroughKeycloak(who.page, `${stage.origin}/private/`);
      expect((await stage.auth(await who.context.cookies())).status).toBe(202);
      await who.context.close();
    });
  });

  test('one browser signs out, the other stays signed in', async () => {
    await withStage(told, async (stage) => {
      const [here, there] = [await signedIn(stage), await signedIn(stage)];
      const kept = await here.context.cookies();
      expect(await arriveAt(here.page, `${stage.origin}/oauth2/sign_out?rd=%2Fbye`)).toBe(`${stage.origin}/bye`);
      expect(await stage.realm.sessionsOf('alice')).toHaveLength(1);
      expect(await authWithinTwoSeconds(stage, there)).toBe(202);
      // The cookie that somebody kept is worth nothing any more.
      expect((await stage.auth(kept)).status).toBe(401);
      await Promise.all([here.context.close(), there.context.close()]);
    });
  });

  test('signing out everywhere ends both', async () => {
    await withStage(told, async (stage) => {
      const [here, there] = [await signedIn(stage), await signedIn(stage)];
      await stage.realm.endAllSessions('alice');
      expect([await authWithinTwoSeconds(stage, here), await authWithinTwoSeconds(stage, there)]).toEqual([401, 401]);
      await Promise.all([here.context.close(), there.context.close()]);
    });
  });

  test('B20: with --backchannel-logout-all-sessions one session’s end is the end of all', async () => {
    const env = () => ({ OAUTH2_PROXY_BACKCHANNEL_LOGOUT_ALL_SESSIONS: 'true' });
    await withStage({ ...told, env }, async (stage) => {
      const [here, there] = [await signedIn(stage), await signedIn(stage)];
      await endAsAdministrator(stage);
      expect([await authWithinTwoSeconds(stage, here), await authWithinTwoSeconds(stage, there)]).toEqual([401, 401]);
      await Promise.all([here.context.close(), there.context.close()]);
    });
  });

  test('a realm-wide logout, of which Keycloak tells nobody, is learnt at the next refresh', async () => {
    await withStage({ ...told, env: () => ({ OAUTH2_PROXY_COOKIE_REFRESH: '1s' }) }, async (stage) => {
      const who = await signedIn(stage);
      await stage.realm.endSessionsOfRealm();
      await new Promise((resolve) => setTimeout(resolve, 1200));
      expect((await stage.auth(await who.context.cookies())).status).toBe(401);
      await who.context.close();
    });
  });
});

async function endAsAdministrator({ realm }: KeycloakStage): Promise<void> {
  const [session] = await realm.sessionsOf('alice');
  await realm.endSession(session?.id ?? '');
}

async function signOutInAccountConsole({ issuer }: KeycloakStage, page: Page): Promise<void> {
  await page.goto(`${issuer}/account/`);
  await page.getByTestId('options-toggle').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.locator('#kc-form-login').waitFor();
}

/** An application that shares the SSO session: signed in by a redirect, and out with a hint. */
async function signOutAtOtherClient({ issuer, origin }: KeycloakStage, page: Page): Promise<void> {
  const endpoints = `${issuer}/protocol/openid-connect`;
  const redirectUri = `${origin}/bye`;
  const asking = { client_id: 'other', response_type: 'code', scope: 'openid', redirect_uri: redirectUri };
  await page.goto(`${endpoints}/auth?${new URLSearchParams(asking)}`);
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  const trading = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: 'other' };
  const body = new URLSearchParams({ ...trading, client_secret: secretOf('other') });
  const answer = await fetch(`${endpoints}/token`, { method: 'POST', body });
  const { id_token: hint } = (await answer.json()) as { readonly id_token: string };
  const leaving = { id_token_hint: hint, post_logout_redirect_uri: redirectUri };
  await page.goto(`${endpoints}/logout?${new URLSearchParams(leaving)}`);
  expect(page.url()).toBe(redirectUri);
}
