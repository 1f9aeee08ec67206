// Do browsers keep and send our cookies as we mean them?
import type { BrowserContext } from 'playwright-core';
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { hopsOf, identifyAs, navigations, signedInAs, signIn, signInButton } from './journey.ts';
import { startOtherSite, startStage } from './stage.ts';
import type { OtherSite, Stage, StageWish } from './stage.ts';

needs('chromium', 'nginx')('cookies in a browser', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(() => chromium?.stop());

  async function withStage(env: StageWish['env'] & object, use: (stage: Stage) => Promise<void>, host = 'localhost') {
    const stage = await startStage({ env, host });
    try {
      await use(stage);
    } finally {
      await stage.stop();
    }
  }

  async function sessionCookie(context: BrowserContext, name = '_oauth2_proxy') {
    return (await context.cookies()).find((cookie) => cookie.name === name);
  }

  test('F-7: response_mode=form_post: the provider’s cross-site POST signs in and lands on the deep link', async () => {
    const env = { OAUTH2_PROXY_AUTH_REQUEST_RESPONSE_MODE: 'form_post', OAUTH2_PROXY_COOKIE_SECURE: 'true' };
    await withStage(env, async (stage) => {
      const { page, context } = await chromium.visitor();
      const seen = navigations(page);
      const target = `${stage.origin}/private/report?year=2026&page=2`;
      await page.goto(target);
      await signInButton(page).click();
      await page.getByLabel('Password').waitFor();
      const csrf = (await context.cookies()).find(({ name }) => name.endsWith('_csrf'));
      expect(csrf).toMatchObject({ sameSite: 'None', secure: true, httpOnly: true });
      await identifyAs(page, 'alice');
      await page.waitForURL(target);
      await signedInAs(page, 'alice').waitFor();
      expect(seen.filter((request) => request.method() === 'POST').map((request) => request.url())).toContain(
        `${stage.origin}/oauth2/callback`,
      );
      expect(seen.filter((request) => /[?&]code=/.test(request.url()))).toEqual([]);
      expect(await sessionCookie(context)).toMatchObject({ sameSite: 'Lax', secure: true, httpOnly: true });
      await context.close();
    });
  });

  describe('SameSite', () => {
    let other: OtherSite;
    let target = '';
    beforeAll(async () => {
      other = await startOtherSite(() => `<a href="${target}">go</a>`);
    });
    afterAll(() => other?.stop());

    test('C-5: unset means Lax: who follows a link from another site is signed in at once', async () => {
      await withStage({}, async (stage) => {
        const { page, context } = await chromium.visitor();
        target = `${stage.origin}/private/report?from=elsewhere&x=1`;
        await signIn(page, `${stage.origin}/private/`);
        expect(await sessionCookie(context)).toMatchObject({ sameSite: 'Lax', path: '/', httpOnly: true });
        await page.goto(other.origin);
        const seen = navigations(page);
        await page.getByText('go').click();
        await signedInAs(page, 'alice').waitFor();
        expect(seen.map((request) => request.url())).toEqual([target]);
        await context.close();
      });
    });

    test.each([
      ['with the button', 'false'],
      ['with --skip-provider-button', 'true'],
    ])('C-5: Strict, %s: a sign-in ends on the page and in no loop', async (_, skips) => {
      const env = {
        OAUTH2_PROXY_COOKIE_SAMESITE: 'strict',
        OAUTH2_PROXY_COOKIE_CSRF_SAMESITE: 'lax',
        OAUTH2_PROXY_SKIP_PROVIDER_BUTTON: skips,
      };
      await withStage(env, async (stage) => {
        const { page, context } = await chromium.visitor();
        target = `${stage.origin}/private/report?year=2026&page=2`;
        const seen = navigations(page);
        await page.goto(target);
        if (skips === 'false') await signInButton(page).click();
        await identifyAs(page, 'alice');
        await signedInAs(page, 'alice').waitFor();
        expect(page.url()).toBe(target);
        expect(seen.length).toBeLessThanOrEqual(12);
        expect(await sessionCookie(context)).toMatchObject({ sameSite: 'Strict' });
        const reloaded = await page.reload();
        expect(hopsOf(reloaded?.request())).toEqual([target]);
        await context.close();
      });
    });
  });

  describe('the __Host- prefix', () => {
    const env = { OAUTH2_PROXY_COOKIE_NAME: '__Host-session', OAUTH2_PROXY_COOKIE_SECURE: 'true' };

    test('C-3, F-2: a neighbouring host can plant neither session nor CSRF cookie, and signing in works', async () => {
      await withStage(
        env,
        async (stage) => {
          const { page, context, cookieNames } = await chromium.visitor();
          const planting = ['__Host-session', '__Host-session_csrf', 'control'].map(
            (name) => `document.cookie = '${name}=planted; Domain=app.site.localhost; Path=/; Secure';`,
          );
          const neighbour = await startOtherSite(
            () => `<script>${planting.join('')}</script>`,
            'evil.app.site.localhost',
          );
          await page.goto(neighbour.origin);
          // The control shows that this neighbour can plant what has no prefix.
          expect(await cookieNames()).toEqual(['control']);
          await signIn(page, `${stage.origin}/private/report?year=2026`);
          expect(await sessionCookie(context, '__Host-session')).toMatchObject({
            domain: 'app.site.localhost', // without a dot: this host alone
            path: '/',
            secure: true,
          });
          expect(await stage.authStatus(await context.cookies())).toBe(202);
          await neighbour.stop();
          await context.close();
        },
        'app.site.localhost',
      );
    });
  });
});
