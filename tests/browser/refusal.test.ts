// What becomes of a user who is not admitted: a page that says why, no loop, and a way in with another account.
import type { Page } from 'playwright-core';
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { hopsOf, identifyAs, navigations, signIn, signInButton } from './journey.ts';
import { startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const refused = (page: Page) => page.getByRole('heading', { name: 'No access' });
const otherAccount = (page: Page) => page.getByRole('button', { name: 'Sign in with another account' });

needs('chromium', 'nginx')('a location for one group', () => {
  let chromium: Chromium;
  let stage: Stage;
  beforeAll(async () => {
    [chromium, stage] = await Promise.all([startChromium(), startStage()]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await stage?.stop();
  });

  test('the wrong account sees which one it is and what is missing, changes it, and arrives where it wanted to go', async () => {
    const { page, context } = await chromium.visitor();
    const target = `${stage.origin}/admin/?section=users&page=2`;
    await page.goto(target);
    await signInButton(page).click();
    await identifyAs(page, 'bob');
    await refused(page).waitFor();
    expect(page.url()).toBe(target);
    await page.getByText('bob@example.org').waitFor();
    await page.getByText('in none of the groups that this page asks for').waitFor();
    expect(stage.siteSaw.filter(({ url }) => url.startsWith('/admin/'))).toEqual([]);

    await otherAccount(page).click();
    await identifyAs(page, 'alice');
    await page.getByRole('heading', { name: 'Admin area' }).waitFor();
    expect(page.url()).toBe(target);
    await context.close();
  });

  test('the refusal takes no redirect, leaves the session alone, and other pages go on', async () => {
    const { page, context } = await chromium.visitor();
    await signIn(page, `${stage.origin}/private/`, 'bob');
    const answer = await page.goto(`${stage.origin}/admin/`);
    expect(answer?.status()).toBe(403);
    expect(hopsOf(answer?.request())).toHaveLength(1);
    const back = await page.goto(`${stage.origin}/private/`);
    expect(back?.status()).toBe(200);
    await context.close();
  });

  test('the plain "Sign in" of the refusal goes to the provider once and ends on the refusal again', async () => {
    const { page, context } = await chromium.visitor();
    await signIn(page, `${stage.origin}/private/`, 'bob');
    await page.goto(`${stage.origin}/admin/`);
    const seen = navigations(page);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signInButton(page).click();
    await page.waitForURL(`${stage.origin}/admin/`);
    await refused(page).waitFor();
    expect(seen.length).toBeLessThanOrEqual(5);
    await context.close();
  });
});

needs('chromium', 'nginx')('a site for one group (--allowed-group)', () => {
  let chromium: Chromium;
  let stage: Stage;
  beforeAll(async () => {
    const env = { OAUTH2_PROXY_ALLOWED_GROUPS: 'admins', OAUTH2_PROXY_SKIP_PROVIDER_BUTTON: 'true' };
    [chromium, stage] = await Promise.all([startChromium(), startStage({ env })]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await stage?.stop();
  });

  test('A7, V-9: who is not admitted gets no session and no loop, and may come in with another account', async () => {
    const { page, context, cookieNames } = await chromium.visitor();
    const target = `${stage.origin}/private/report?year=2026&page=2`;
    await page.goto(target);
    const seen = navigations(page);
    await identifyAs(page, 'bob');
    await refused(page).waitFor();
    await page.getByText('bob@example.org').waitFor();
    expect(seen.length).toBeLessThanOrEqual(4);
    expect(await cookieNames()).not.toContain('_oauth2_proxy');

    await otherAccount(page).click();
    await identifyAs(page, 'alice');
    await page.waitForURL(target);
    await context.close();
  });
});
