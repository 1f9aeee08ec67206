// Does signing out end on a page, whatever nginx was told? (keycloak.md §11: ERR_TOO_MANY_REDIRECTS)
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { hopsOf, identifyAs, navigations, picture, signedInAs, signIn, signInButton } from './journey.ts';
import { logoutReport, widelyCopied } from './server-blocks.ts';
import { shippedLocations, startStage } from './stage.ts';
import type { Stage, StageWish } from './stage.ts';

/** The report's environment, on a domain that needs no certificate. */
const reportEnvironment = ({ issuer }: { issuer: string }) => ({
  OAUTH2_PROXY_BACKEND_LOGOUT_URL: `${issuer}/session/end`,
  OAUTH2_PROXY_COOKIE_DOMAINS: 'yourdomain.localhost',
  OAUTH2_PROXY_COOKIE_SECURE: 'true',
  OAUTH2_PROXY_COOKIE_SAMESITE: 'lax',
  OAUTH2_PROXY_COOKIE_CSRF_PER_REQUEST: 'true',
  OAUTH2_PROXY_REVERSE_PROXY: 'true',
  OAUTH2_PROXY_SESSION_STORE_TYPE: 'cookie',
});
const local = { OAUTH2_PROXY_OIDC_LOGOUT: 'off' };
const byBrowser = ({ origin }: { origin: string }) => ({
  OAUTH2_PROXY_POST_LOGOUT_REDIRECT_URL: `${origin}/oauth2/signed_out`,
});
/** The page that says what is known, and begins no sign-in. */
const explained = '/oauth2/signed_out?provider=unknown&rd=%2F';
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

  test.each<[string, StageWish, string]>([
    ['the location and environment of the logout report', { ...reported, server: logoutReport }, explained],
    ['the widely copied location and the report’s environment', { ...reported, server: widelyCopied }, explained],
    ['the shipped snippets and the report’s environment', { ...reported, server: shippedLocations }, explained],
    ['the widely copied location, the provider left alone', { env: local, server: widelyCopied }, '/'],
    ['the shipped snippets, the provider left alone', { env: local, server: shippedLocations }, '/'],
  ])('with %s it takes one redirect to a page, and the session is gone', async (_, wish, landing) => {
    await withStage(wish, async (stage) => {
      const { page, context, cookieNames } = await chromium.visitor();
      await signIn(page, `${stage.origin}/private/report?year=2026`);
      expect(await stage.authStatus(await context.cookies())).toBe(202);

      const answer = await page.goto(`${stage.origin}/oauth2/sign_out`);
      expect(hopsOf(answer?.request())).toEqual([`${stage.origin}/oauth2/sign_out`, `${stage.origin}${landing}`]);
      expect(answer?.status()).toBe(200);
      expect(await cookieNames()).not.toContain('_oauth2_proxy');
      expect(await stage.authStatus(await context.cookies())).toBe(401);

      await page.goto(`${stage.origin}/private/report?year=2026`);
      await signInButton(page).waitFor();
      expect(stage.sidecar.log()).not.toMatch(/error getting authenticated session|internal_error/i);
      await context.close();
    });
  });

  test('with the report’s environment the provider is told, and only by whom was signed in', async () => {
    await withStage({ ...reported, server: logoutReport }, async (stage) => {
      const { page, context } = await chromium.visitor();
      const told = () => stage.provider.requests.filter((request) => request.endsWith(' /session/end')).length;
      await page.goto(`${stage.origin}/oauth2/sign_out`);
      expect(told()).toBe(0);
      await signIn(page, `${stage.origin}/`);
      await page.goto(`${stage.origin}/oauth2/sign_out`);
      // This provider only answers with a question, so nobody can say that its session is over: the page does not either.
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      expect(told()).toBeGreaterThan(0);
      await picture(page, 'signed-out-provider-unknown');
      await context.close();
    });
  });

  test.each<[string, StageWish]>([
    ['the shipped snippets', { server: shippedLocations }],
    ['the widely copied location', { server: widelyCopied }],
  ])('with %s and --post-logout-redirect-url it goes by the provider and comes back', async (_, wish) => {
    await withStage({ ...wish, env: byBrowser }, async (stage) => {
      const { page, context } = await chromium.visitor();
      await signIn(page, `${stage.origin}/private/`);
      const seen = navigations(page);
      await page.goto(`${stage.origin}/oauth2/sign_out?rd=%2Fbye%3Fa%3D1%26b%3D2`);
      expect(await stage.authStatus(await context.cookies())).toBe(401);
      await page.getByRole('button', { name: 'Yes, sign me out' }).click();
      await page.waitForURL(`${stage.origin}/bye?a=1&b=2`);
      expect(seen.length).toBeLessThanOrEqual(8);
      await page.goto(`${stage.origin}/private/`);
      await signInButton(page).click();
      await page.getByLabel('Password').waitFor(); // the provider's session is over too
      await context.close();
    });
  });

  test('with the widely copied location and --skip-provider-button the provider signs in again, in no loop', async () => {
    const env = { ...local, OAUTH2_PROXY_SKIP_PROVIDER_BUTTON: 'true' };
    await withStage({ env, server: widelyCopied }, async (stage) => {
      const { page, context } = await chromium.visitor();
      await page.goto(`${stage.origin}/`);
      await identifyAs(page, 'alice');
      await page.waitForURL(`${stage.origin}/`);
      const answer = await page.goto(`${stage.origin}/oauth2/sign_out`);
      expect(hopsOf(answer?.request()).length - 1).toBeLessThanOrEqual(5);
      expect(answer?.status()).toBe(200);
      expect(page.url()).toBe(`${stage.origin}/`);
      await context.close();
    });
  });

  test('a link with rd lands on a public page; Back shows nothing private', async () => {
    await withStage({ env: local }, async (stage) => {
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
