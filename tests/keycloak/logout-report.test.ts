// Does the environment of the logout report sign out, with the locations that operators really have?
import { hopsOf } from '../browser/journey.ts';
import { logoutReport, widelyCopied } from '../browser/server-blocks.ts';
import { shippedLocations } from '../browser/stage.ts';
import type { BackPorts } from '../browser/stage.ts';
import { signInThroughKeycloak } from '../support/keycloak-browser.ts';
import { atKeycloak, expectSignedOut } from './at-keycloak.ts';
import type { Addresses, KeycloakStageWish } from './stage.ts';

/** keycloak.md §11, but for the address of Keycloak. */
const reportEnvironment = ({ issuer }: Addresses) => ({
  OAUTH2_PROXY_BACKEND_LOGOUT_URL: `${issuer}/protocol/openid-connect/logout`,
  OAUTH2_PROXY_COOKIE_DOMAINS: 'yourdomain.com',
  OAUTH2_PROXY_COOKIE_SECURE: 'true',
  OAUTH2_PROXY_COOKIE_SAMESITE: 'lax',
  OAUTH2_PROXY_COOKIE_CSRF_PER_REQUEST: 'true',
  OAUTH2_PROXY_REVERSE_PROXY: 'true',
  OAUTH2_PROXY_SESSION_STORE_TYPE: 'cookie',
});

/** What every guide tells those with Keycloak's tokens in a cookie, who see 502 at the callback otherwise. */
const buffers = 'proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_busy_buffers_size 32k;';
const buffered = (server: (ports: BackPorts) => string) => (ports: BackPorts) => buffers + server(ports);

atKeycloak('the logout report', ({ visitor, withStage }) => {
  test.each<[string, KeycloakStageWish['server']]>([
    ['its own sign_out location', buffered(logoutReport)],
    ['the widely copied location', buffered(widelyCopied)],
    ['the shipped snippets', shippedLocations],
  ])('with %s: a page, no cookie, no session at Keycloak, and the password is asked', async (_, server) => {
    const wish = { hosts: ['app.yourdomain.com'], env: reportEnvironment, ...(server && { server }) };
    await withStage(wish, async (stage) => {
      const somebody = await visitor();
      const { page } = somebody;
      await signInThroughKeycloak(page, `${stage.origin}/private/report?year=2026`);
      expect(await stage.realm.sessionsOf('alice')).toHaveLength(1);

      const landing = await page.goto(`${stage.origin}/oauth2/sign_out`);
      expect(landing?.status()).toBe(200);
      const hops = hopsOf(landing?.request());
      expect(hops[1]).toBe(`${stage.origin}/`);
      expect(hops.filter((hop) => hop.includes('/sign_out'))).toHaveLength(1);
      await expectSignedOut(stage, somebody);
      expect(stage.program().log()).not.toMatch(/error getting authenticated session|\berror\b/i);
      await somebody.context.close();
    });
  });
});
