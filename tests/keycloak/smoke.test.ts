// Does signing in at a real Keycloak work at all, through nginx and with a browser?
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyAtKeycloak, keycloakPage, signInThroughKeycloak } from '../support/keycloak-browser.ts';
import { atKeycloak } from './at-keycloak.ts';

atKeycloak('signing in at Keycloak', ({ visitor, withStage }) => {
  test('a visitor arrives where they wanted to go, and auth names groups and roles', async () => {
    await withStage({}, async ({ origin, auth, realm }) => {
      const { page, context } = await visitor();
      await page.goto(`${origin}/private/report?year=2026&page=2`);
      expect(await keycloakPage(page)).toBe('password');
      // Keycloak knows no scope `groups` and refuses a request for it: the mapper of the client is enough.
      expect(new URL(page.url()).searchParams.get('scope')?.split(' ')).toEqual(['openid', 'email', 'profile']);
      await identifyAtKeycloak(page, 'alice');
      await page.getByRole('heading', { name: 'Hello, alice' }).waitFor();
      expect(page.url()).toBe(`${origin}/private/report?year=2026&page=2`);

      const { status, headers } = await auth(await context.cookies());
      expect(status).toBe(202);
      const groups = headers.get('x-auth-request-groups')?.split(',');
      expect(groups).toEqual(expect.arrayContaining(['/staff/editors', 'role:author', 'role:sidecar:reader']));
      const sessions = await realm.sessionsOf('alice');
      expect(sessions.flatMap(({ clients }) => Object.values(clients))).toEqual(['sidecar']);
      await context.close();
    });
  });

  test('--allowed-role admits who has it and nobody else', async () => {
    await withStage({ env: () => ({ OAUTH2_PROXY_ALLOWED_ROLES: 'author' }) }, async ({ origin, auth }) => {
      const [alice, bob] = [await visitor(), await visitor()];
      await signInThroughKeycloak(alice.page, `${origin}/private/`, 'alice');
      expect((await auth(await alice.context.cookies())).status).toBe(202);

      await bob.page.goto(`${origin}/private/`);
      const answer = bob.page.waitForResponse((response) => response.url().startsWith(`${origin}/oauth2/callback`));
      await identifyAtKeycloak(bob.page, 'bob');
      expect((await answer).status()).toBe(403);
      expect((await auth(await bob.context.cookies())).status).toBe(401);
      await Promise.all([alice.context.close(), bob.context.close()]);
    });
  });

  test('a session is refreshed again and again where each refresh token is good once', async () => {
    const wish = { realm: { rotation: true }, env: () => ({ OAUTH2_PROXY_COOKIE_REFRESH: '1s' }) };
    await withStage(wish, async ({ origin, auth, realm }) => {
      const { page, context } = await visitor();
      await signInThroughKeycloak(page, `${origin}/private/`);
      for (let refreshes = 1; refreshes <= 3; refreshes++) {
        await sleep(1200);
        const before = await sessionCookie();
        expect((await page.reload())?.status()).toBe(200);
        expect([before, await sessionCookie()]).not.toEqual([before, before]);
      }
      expect((await auth(await context.cookies())).status).toBe(202);
      const events = await realm.events();
      expect(events.filter((event) => event === 'REFRESH_TOKEN').length).toBeGreaterThanOrEqual(3);
      expect(events.filter((event) => event.endsWith('_ERROR'))).toEqual([]);
      await context.close();

      // In parts, with Keycloak's tokens.
      async function sessionCookie(): Promise<string> {
        const parts = (await context.cookies()).filter(({ name }) => name.startsWith('_oauth2_proxy'));
        return parts.map(({ value }) => value).join();
      }
    });
  });
});
