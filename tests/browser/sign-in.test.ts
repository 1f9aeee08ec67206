// Does a browser arrive exactly where it wanted to go?
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { addressBar, identifyAs, signIn, signInButton, signedInAs } from './journey.ts';
import { startStage } from './stage.ts';
import type { Stage } from './stage.ts';

needs('chromium', 'nginx')('signing in through the shipped snippets', () => {
  let chromium: Chromium;
  let stage: Stage;
  beforeAll(async () => {
    [chromium, stage] = await Promise.all([startChromium(), startStage()]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await stage?.stop();
  });

  test.each([
    ['with several parameters', '/private/report?year=2026&page=2&sort=name'],
    ['with a fragment', '/private/report?year=2026&page=2#chapter-3'],
    ['with escapes and a URL in its query', '/private/a%20b%2Fc?q=%26%3D%C3%BC&x=&to=https://example.com/?a=1&b=2'],
    ['with what looks like parameters of a sign-in', '/private/?code=mine&state=mine&rd=/elsewhere'],
  ])('P1: a deep link %s, on a port of its own, is where the visitor lands', async (_, path) => {
    const { page, context } = await chromium.visitor();
    await signIn(page, `${stage.origin}${path}`);
    expect(page.url()).toBe(`${stage.origin}${path}`);
    await signedInAs(page, 'alice').waitFor();
    // What the browser shows and what the site was asked for are two things.
    expect(stage.siteSaw.map(({ url }) => url).findLast((url) => url.startsWith('/private/'))).toBe(path.split('#')[0]);
    await context.close();
  });

  test('C-6: no window ever shows the code, no site is told of it, and Back leads to no callback', async () => {
    const { page, context } = await chromium.visitor();
    const addresses = addressBar(page);
    const seenBefore = stage.siteSaw.length;
    await signIn(page, `${stage.origin}/private/report?year=2026`);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((address) => /\/oauth2\/callback|[?&]code=/.test(address))).toEqual([]);
    const referers = stage.siteSaw.slice(seenBefore).map(({ referer }) => referer);
    expect(referers.length).toBeGreaterThan(1);
    expect(referers.filter((referer) => /code=|state=/.test(referer))).toEqual([]);
    await page.goBack();
    await page.goForward();
    await signedInAs(page, 'alice').waitFor();
    expect(addresses.filter((address) => /\/oauth2\/callback|[?&]code=/.test(address))).toEqual([]);
    await context.close();
  });

  test.each([2, 5])('P3: %i tabs that sign in at once all land on their own page', async (count) => {
    const { page, context, cookieNames } = await chromium.visitor();
    const others = Array.from({ length: count - 1 }, () => context.newPage());
    const tabs = [page, ...(await Promise.all(others))];
    const urls = tabs.map((_, tab) => `${stage.origin}/private/report?tab=${tab}&of=${count}`);
    const opened = tabs.map(async (tab, index) => {
      await tab.goto(urls[index] ?? '');
      await signInButton(tab).click();
      await tab.getByLabel('Password').waitFor();
    });
    await Promise.all(opened);
    // All stand at the provider now, each with an attempt of its own.
    expect((await cookieNames()).filter((name) => name.endsWith('_csrf'))).toHaveLength(count);
    await Promise.all(tabs.map((tab) => identifyAs(tab, 'alice')));
    await Promise.all(tabs.map((tab) => signedInAs(tab, 'alice').waitFor()));
    expect(tabs.map((tab) => tab.url())).toEqual(urls);
    expect((await cookieNames()).filter((name) => name.endsWith('_csrf'))).toEqual([]);
    await context.close();
  });

  test('P3: tabs that a browser restores after the session has ended all sign in by themselves', async () => {
    const { page, context } = await chromium.visitor();
    await signIn(page, `${stage.origin}/private/`);
    await context.clearCookies({ name: '_oauth2_proxy' });
    const tabs = await Promise.all(Array.from({ length: 4 }, () => context.newPage()));
    const urls = tabs.map((_, tab) => `${stage.origin}/private/restored?tab=${tab}&x=1`);
    await Promise.all(tabs.map((tab, index) => tab.goto(urls[index] ?? '')));
    await Promise.all(tabs.map((tab) => signInButton(tab).click()));
    await Promise.all(tabs.map((tab) => signedInAs(tab, 'alice').waitFor()));
    expect(tabs.map((tab) => tab.url())).toEqual(urls);
    await context.close();
  });

  test('the Back button after a sign-in, and a callback opened again, end on a page and in no loop', async () => {
    const { page, context } = await chromium.visitor();
    const callbacks: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/oauth2/callback?')) callbacks.push(request.url());
    });
    await signIn(page, `${stage.origin}/private/report?year=2026&page=2`);
    await page.goto(callbacks[0] ?? '');
    expect(page.url()).toBe(`${stage.origin}/private/report?year=2026&page=2`);
    await context.close();
  });

  test('a session that is gone: fetch of a page that is still open gets 401 as JSON, and no sign-in begins', async () => {
    const { page, context, cookieNames } = await chromium.visitor();
    await signIn(page, `${stage.origin}/private/`);
    await page.getByRole('button', { name: 'Ask the API' }).click();
    await page.getByText('alice@example.org"').waitFor();
    await context.clearCookies({ name: '_oauth2_proxy' });
    const answered = page.waitForResponse(/whoami/);
    await page.getByRole('button', { name: 'Ask the API' }).click();
    const answer = await answered;
    expect(answer.status()).toBe(401);
    expect(answer.headers()['content-type']).toBe('application/json');
    expect(answer.request().redirectedFrom()).toBeNull();
    await page.getByText('401 {"error":"unauthorized"').waitFor();
    expect((await cookieNames()).filter((name) => name.startsWith('_oauth2_proxy'))).toEqual([]);
    await context.close();
  });
});
