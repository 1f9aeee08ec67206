// Does the session of an ordinary user fit through an nginx whose buffers nobody has raised?
import { logoutReport } from '../browser/server-blocks.ts';
import { signInThroughKeycloak } from '../support/keycloak-browser.ts';
import { arriveAt, atKeycloak, expectSignedOut } from './at-keycloak.ts';

atKeycloak('nginx with its own buffers', ({ visitor, withStage }) => {
  test('signs in and out with the location of the logout report', async () => {
    const env = () => ({ OAUTH2_PROXY_COOKIE_DOMAINS: 'yourdomain.com' });
    await withStage({ hosts: ['app.yourdomain.com'], env, server: logoutReport }, async (stage) => {
      const somebody = await visitor();
      await signInThroughKeycloak(somebody.page, `${stage.origin}/private/`);
      await arriveAt(somebody.page, `${stage.origin}/oauth2/sign_out`);
      await expectSignedOut(stage, somebody);
      await somebody.context.close();
    });
  });
});
