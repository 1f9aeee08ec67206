// Is nobody left signed in by a cookie of another domain, or of another time?
import { signInThroughKeycloak } from '../support/keycloak-browser.ts';
import { arriveAt, atKeycloak, expectSignedOut, sessionCookies } from './at-keycloak.ts';

const shared = { OAUTH2_PROXY_COOKIE_DOMAINS: 'corp.test', OAUTH2_PROXY_WHITELIST_DOMAINS: '.corp.test:*' };

atKeycloak('signing out where cookies have domains', ({ visitor, withStage }) => {
  test('two sub-domains that share the cookie are left together', async () => {
    await withStage({ hosts: ['one.corp.test', 'two.corp.test'], env: () => shared }, async (stage) => {
      const [one = '', two = ''] = stage.origins;
      const who = await visitor();
      await signInThroughKeycloak(who.page, `${one}/private/`);
      expect(await arriveAt(who.page, `${two}/private/`)).toBe(`${two}/private/`);
      await who.page.getByRole('heading', { name: 'Hello, alice' }).waitFor();

      const wanted = encodeURIComponent(`${one}/bye`);
      expect(await arriveAt(who.page, `${two}/oauth2/sign_out?rd=${wanted}`)).toBe(`${one}/bye`);
      expect(await sessionCookies(who, `${one}/oauth2/`)).toEqual([]);
      expect(await sessionCookies(who, `${two}/oauth2/`)).toEqual([]);
      await expectSignedOut(stage, who);
      await who.context.close();
    });
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['of this host alone, after a domain was configured', {}, shared],
    [
      'of a domain, after a narrower one came first',
      shared,
      { OAUTH2_PROXY_COOKIE_DOMAINS: 'app.corp.test,corp.test' },
    ],
  ])('cookies left over %s go with the others', async (_, before, after) => {
    await withStage({ env: () => before }, async (stage) => {
      const who = await visitor();
      const left = async () => (await who.context.cookies()).filter(({ name }) => name.startsWith('_oauth2_proxy'));
      await signInThroughKeycloak(who.page, `${stage.origin}/private/`);
      const old = await left();
      await stage.reconfigure(after);
      // Signed in once more, as people do when a site has been changed: now there are two of each.
      await who.context.clearCookies({ name: /^_oauth2_proxy/ });
      await arriveAt(who.page, `${stage.origin}/private/`);
      await who.context.addCookies(old);
      expect(new Set((await left()).map(({ domain }) => domain)).size).toBe(2);

      expect(await arriveAt(who.page, `${stage.origin}/oauth2/sign_out?rd=%2Fbye`)).toBe(`${stage.origin}/bye`);
      expect(await left()).toEqual([]);
      await expectSignedOut(stage, who);
      await who.context.close();
    });
  });
});
