// Can everybody use the pages: without JavaScript, without a mouse, on a phone, in the dark, with a screen reader?
import type { Page } from 'playwright-core';
import { needs } from '../support/needs.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { identifyAs, picture, signIn, signInButton } from './journey.ts';
import { startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const phone = { width: 390, height: 844 };

needs('chromium', 'nginx')('pages', () => {
  let chromium: Chromium;
  let stage: Stage;
  beforeAll(async () => {
    const env = { OAUTH2_PROXY_BANNER: '<p>The site of <strong>Example & Co</strong></p>' };
    [chromium, stage] = await Promise.all([startChromium(), startStage({ env })]);
  });
  afterAll(async () => {
    await chromium?.stop();
    await stage?.stop();
  });

  const toSignIn = (page: Page) => page.goto(`${stage.origin}/private/report?year=2026&page=2`);
  async function toRefusal(page: Page): Promise<void> {
    await signIn(page, `${stage.origin}/private/`, 'bob');
    await page.goto(`${stage.origin}/admin/?x=1&y=2`);
    await page.getByRole('heading', { name: 'No access' }).waitFor();
  }

  test('without JavaScript: sign in, be refused, change the account, arrive', async () => {
    const { page, context, complaints } = await chromium.visitor({ javaScriptEnabled: false });
    const target = `${stage.origin}/admin/?section=users&page=2`;
    await page.goto(target);
    await signInButton(page).click();
    await identifyAs(page, 'bob');
    await page.getByRole('heading', { name: 'No access' }).waitFor();
    await page.getByRole('button', { name: 'Sign in with another account' }).click();
    await identifyAs(page, 'alice');
    await page.getByRole('button', { name: 'Continue' }).click(); // the provider's own way without JavaScript
    await page.getByRole('heading', { name: 'Admin area' }).waitFor();
    expect(page.url()).toBe(target);
    // Signed in at the provider, one click is enough: the whole chain of redirects counts as the form's (CSP form-action).
    await context.clearCookies({ name: '_oauth2_proxy' });
    await page.goto(target);
    await signInButton(page).click();
    await page.getByRole('heading', { name: 'Admin area' }).waitFor();
    expect(page.url()).toBe(target);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('with the keyboard alone: the first stop is the button, and Enter presses it', async () => {
    const { page, context } = await chromium.visitor();
    await toSignIn(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain('Sign in with');
    expect(await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').waitFor();
    await context.close();
  });

  test('with the keyboard alone: every way out of a refusal can be reached in order', async () => {
    const { page, context } = await chromium.visitor();
    await toRefusal(page);
    const stops: string[] = [];
    for (let stop = 0; stop < 4; stop++) {
      await page.keyboard.press('Tab');
      stops.push((await page.evaluate<string>('document.activeElement.textContent')).trim());
    }
    expect(stops).toEqual(['Sign in with another account', 'Sign in', 'Go back', 'More Info']);
    await page.keyboard.press('Enter');
    await page.getByText('Request ID:').waitFor();
    await context.close();
  });

  test('a screen reader finds one main landmark, one heading and a button with a name', async () => {
    const { page, context } = await chromium.visitor();
    await toSignIn(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.title()).toBe('Sign In');
    expect(await page.locator('body').ariaSnapshot()).toMatch(
      /^- main:\n {2}- heading "Sign in" \[level=1\]\n(?: .*\n)* {2}- button "Sign in with the test provider"\n- contentinfo:/,
    );
    await toRefusal(page);
    expect(await page.title()).toBe('403 Forbidden');
    const refusal = await page.locator('body').ariaSnapshot();
    expect(refusal.match(/- heading/g)).toHaveLength(1);
    for (const part of ['- main:', 'bob@example.org', '- button "Sign in with another account"', '- link "Go back"']) {
      expect(refusal).toContain(part);
    }
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'in %s, on a phone and on a desk: nothing to scroll sideways',
    async (scheme) => {
      const { page, context, complaints } = await chromium.visitor({ colorScheme: scheme });
      const seen: [string, () => Promise<unknown>][] = [
        ['sign-in', () => toSignIn(page)],
        ['403', () => toRefusal(page)],
        ['signed-in', () => page.goto(`${stage.origin}/private/report?year=2026&page=2`)],
      ];
      for (const [name, open] of seen) {
        await open();
        await picture(page, `${name}-${scheme}`);
        await page.setViewportSize(phone);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(phone.width);
        await picture(page, `${name}-${scheme}-phone`);
        await page.setViewportSize({ width: 1280, height: 720 });
      }
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  test('the dark scheme is dark, and text stands out from its ground in both', async () => {
    const shades: number[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, context } = await chromium.visitor({ colorScheme });
      await toSignIn(page);
      const [ground, text] = await Promise.all([
        lightness(page, `getComputedStyle(document.querySelector('.card')).backgroundColor`),
        lightness(page, `getComputedStyle(document.querySelector('h1')).color`),
      ]);
      expect(Math.abs(ground - text)).toBeGreaterThan(128);
      shades.push(ground);
      await context.close();
    }
    expect(shades[0]).toBeGreaterThan(200);
    expect(shades[1]).toBeLessThan(60);
  });
});

async function lightness(page: Page, colour: string): Promise<number> {
  const channels = (await page.evaluate<string>(colour)).match(/\d+/g)?.slice(0, 3).map(Number) ?? [];
  return channels.reduce((sum, channel) => sum + channel, 0) / 3;
}
