// What do people see while the provider is down?
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { identifyAs, picture, signedInAs, signIn, signInButton } from './journey.ts';
import { startStage } from './stage.ts';
import type { Stage } from './stage.ts';

needs('chromium', 'nginx')('a provider that is down', () => {
  let chromium: Chromium;
  let stage: Stage;
  beforeAll(async () => {
    [chromium, stage] = await Promise.all([startChromium(), startStage()]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await stage?.stop();
  });

  test('a click on "Sign in" says so with 503, whoever is signed in goes on, and "Try again" works later', async () => {
    const member = await chromium.visitor();
    await signIn(member.page, `${stage.origin}/private/`);
    const stranger = await chromium.visitor();
    const target = `${stage.origin}/private/report?year=2026&page=2`;
    await stranger.page.goto(target);
    await signInButton(stranger.page).waitFor();

    await stage.stopProvider();
    await stage.sidecar.restart();
    const answered = stranger.page.waitForResponse(/\/oauth2\/start/);
    await signInButton(stranger.page).click();
    const answer = await answered;
    expect(answer.status()).toBe(503);
    expect(Number(answer.headers()['retry-after'])).toBeGreaterThan(0);
    await stranger.page.getByRole('heading', { name: 'Please try again in a moment' }).waitFor();
    await picture(stranger.page, '503');

    const page = await member.page.goto(`${stage.origin}/private/still-here`);
    expect(page?.status()).toBe(200);
    await signedInAs(member.page, 'alice').waitFor();
    expect(await member.cookieNames()).toContain('_oauth2_proxy');

    await stage.startProvider();
    await stage.sidecar.untilReady();
    await stranger.page.getByRole('link', { name: 'Try again' }).click();
    await signInButton(stranger.page).click();
    await identifyAs(stranger.page, 'bob');
    await stranger.page.waitForURL(target);
    expect([...stranger.complaints, ...member.complaints]).toEqual([]);
    await Promise.all([member.context.close(), stranger.context.close()]);
  });

  test('a page that asks for a sign-in says 503 too, and keeps the session cookie', async () => {
    const { page, context } = await chromium.visitor({ javaScriptEnabled: false });
    await stage.stopProvider();
    await stage.sidecar.restart();
    const answer = await page.goto(`${stage.origin}/private/`);
    expect(answer?.status()).toBe(503);
    expect(answer?.headers()['set-cookie']).toBeUndefined();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await context.close();
    await stage.startProvider();
  });
});
