// Does signing out work every time?
import { identifyAtKeycloak } from '../support/keycloak-browser.ts';
import { atKeycloak, sessionCookies } from './at-keycloak.ts';
import type { KeycloakStageWish } from './stage.ts';

const rounds = 25;

atKeycloak('fifty rounds of signing in and out', ({ visitor, withStage }) => {
  test.each<[string, KeycloakStageWish]>([
    ['server to server', {}],
    [
      'by the browser',
      {
        env: () => ({ OAUTH2_PROXY_POST_LOGOUT_REDIRECT_URL: '/oauth2/signed_out' }),
        client: ({ origin }) => ({ postLogoutUris: [`${origin}/oauth2/signed_out`] }),
      },
    ],
  ])(
    '%s: each of 25 asks for the password, and each succeeds',
    async (_, wish) => {
      await withStage(wish, async (stage) => {
        const who = await visitor();
        const { page } = who;
        let successes = 0;
        for (let round = 0; round < rounds; round++) {
          const target = `${stage.origin}/private/?round=${round}`;
          await page.goto(target);
          await identifyAtKeycloak(page, 'alice'); // waits for the form: nobody is signed in again in silence
          await page.waitForURL(target);
          await page.goto(`${stage.origin}/oauth2/sign_out?rd=%2Fbye`);
          const landed = await page.waitForURL(`${stage.origin}/bye`).then(
            () => true,
            () => false,
          );
          const left = [await sessionCookies(who), await stage.realm.sessionsOf('alice')].flat();
          if (landed && left.length === 0) successes += 1;
        }
        expect(successes).toBe(rounds);
        await who.context.close();
      });
    },
    240_000,
  );
});
