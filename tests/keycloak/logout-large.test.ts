// Does a user in 200 groups, whose tokens are as large as headers, get out completely?
import { signInThroughKeycloak } from '../support/keycloak-browser.ts';
import { arriveAt, atKeycloak, expectSignedOut, sessionCookies } from './at-keycloak.ts';
import type { KeycloakStageWish } from './stage.ts';

atKeycloak('signing out with a large token', ({ visitor, withStage }) => {
  test.each<[string, number, KeycloakStageWish]>([
    ['server to server', 0, {}],
    [
      'by a form of the browser',
      1,
      {
        env: () => ({ OAUTH2_PROXY_POST_LOGOUT_REDIRECT_URL: '/oauth2/signed_out' }),
        client: ({ origin }) => ({ postLogoutUris: [`${origin}/oauth2/signed_out`] }),
      },
    ],
  ])('200 groups, Keycloak is told %s', async (_, forms, wish) => {
    await withStage(wish, async (stage) => {
      await stage.realm.addGroups('alice', 200);
      const who = await visitor();
      await signInThroughKeycloak(who.page, `${stage.origin}/private/`);
      expect(await sessionCookies(who)).toHaveLength(1); // packed, even this one needs no second
      const { status, headers } = await stage.auth(await who.context.cookies());
      expect(status).toBe(202);
      expect(headers.get('x-auth-request-groups')?.split(',').length).toBeGreaterThan(200);
      const posted: string[] = [];
      who.page.on('request', (request) => request.method() === 'POST' && posted.push(request.url()));
      expect(await arriveAt(who.page, `${stage.origin}/oauth2/sign_out?rd=%2Fbye`)).toBe(`${stage.origin}/bye`);
      expect(posted).toEqual(Array(forms).fill(`${stage.issuer}/protocol/openid-connect/logout`));
      await expectSignedOut(stage, who);
      await who.context.close();
    });
  });
});
