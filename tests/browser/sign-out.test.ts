// Does signing out end on a page, whatever nginx was told? (keycloak.md §11: ERR_TOO_MANY_REDIRECTS)
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { hopsOf, signedInAs, signIn, signInButton } from './journey.ts';
import { logoutReport, widelyCopied } from './server-blocks.ts';
import { shippedLocations, startStage } from './stage.ts';
import type { Stage, StageWish } from './stage.ts';

/** The report's environment, on a domain that needs no certificate. */
const reportEnvironment = (issuer: string) => ({
  OAUTH2_PROXY_BACKEND_LOGOUT_URL: `${issuer}/session/end`,
  OAUTH2_PROXY_COOKIE_DOMAINS: 'yourdomain.localhost',
  OAUTH2_PROXY_COOKIE_SECURE: 'true',
  OAUTH2_PROXY_COOKIE_SAMESITE: 'lax',
  OAUTH2_PROXY_COOKIE_CSRF_PER_REQUEST: 'true',
  OAUTH2_PROXY_REVERSE_PROXY: 'true',
  OAUTH2_PROXY_SESSION_STORE_TYPE: 'cookie',
});
const reported = { host: 'app.yourdomain.localhost', env: reportEnvironment };

needs('chromium', 'nginx')('sign-out', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(() => chromium?.stop());

  async function withStage(wish: StageWish, use: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = await startStage(wish);
    try {
      await use(stage);
    } finally {
      await stage.stop();
    }
  }

  test.each<[string, StageWish]>([
    ['the location and environment of the logout report', { ...reported, server: logoutReport }],
    ['the widely copied location and the report’s environment', { ...reported, server: widelyCopied }],
    ['the widely copied location', { server: widelyCopied }],
    ['the shipped snippets and the report’s environment', { ...reported, server: shippedLocations }],
    ['the shipped snippets', { server: shippedLocations }],
  ])('with %s it takes one redirect to a page, and the session is gone', async (_, wish) => {
    await withStage(wish, async (stage) => {
      const { page, context, cookieNames } = await chromium.visitor();
      await signIn(page, `${stage.origin}/private/report?year=2026`);
      const before = await context.cookies();
      expect(await stage.authStatus(before)).toBe(202);

      const landing = await page.goto(`${stage.origin}/oauth2/sign_out`);
      const hops = hopsOf(landing?.request());
      expect(hops).toEqual([`${stage.origin}/oauth2/sign_out`, `${stage.origin}/`]);
      expect(landing?.status()).toBe(200);
      expect(await cookieNames()).not.toContain('_oauth2_proxy');
      expect(await stage.authStatus(await context.cookies())).toBe(401);

      await page.goto(`${stage.origin}/private/report?year=2026`);
      await signInButton(page).waitFor();
      expect(stage.sidecar.log()).not.toMatch(/error getting authenticated session|\berror\b/i);
      await context.close();
    });
  });

  test('with --backend-logout-url the provider is told, once', async () => {
    await withStage({ ...reported, server: logoutReport }, async (stage) => {
      const { page, context } = await chromium.visitor();
      await signIn(page, `${stage.origin}/`);
      await page.goto(`${stage.origin}/oauth2/sign_out`);
      await page.goto(`${stage.origin}/oauth2/sign_out`);
      expect(stage.provider.requests.filter((request) => request === 'GET /session/end')).toHaveLength(1);
      await context.close();
    });
  });

  test.each<[string, StageWish]>([
    ['the logout report', { ...reported, server: logoutReport }],
    ['the widely copied location', { ...reported, server: widelyCopied }],
  ])('with %s and --skip-provider-button the provider signs the user in again, in no loop', async (_, wish) => {
    const env = (issuer: string) => ({ ...reportEnvironment(issuer), OAUTH2_PROXY_SKIP_PROVIDER_BUTTON: 'true' });
    await withStage({ ...wish, env }, async (stage) => {
      const { page, context } = await chromium.visitor();
      await page.goto(`${stage.origin}/`);
      await page.getByLabel('Name').fill('alice');
      await page.getByLabel('Password').fill('alice');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${stage.origin}/`);
      const landing = await page.goto(`${stage.origin}/oauth2/sign_out`);
      expect(hopsOf(landing?.request()).length - 1).toBeLessThanOrEqual(5);
      expect(landing?.status()).toBe(200);
      expect(page.url()).toBe(`${stage.origin}/`);
      await context.close();
    });
  });

  test('a link with rd lands on a public page; Back shows nothing private', async () => {
    await withStage({}, async (stage) => {
      const { page, context } = await chromium.visitor();
      await signIn(page, `${stage.origin}/private/`);
      await page.getByRole('link', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
      expect(page.url()).toBe(`${stage.origin}/bye`);
      await page.goBack();
      await signInButton(page).waitFor();
      expect(await signedInAs(page, 'alice').count()).toBe(0);
      await context.close();
    });
  });
});
