// Can a page of another site sign people in or out behind their backs? (security F-4)
import { setTimeout as sleep } from 'node:timers/promises';
import { needs } from '../support/needs.ts';
import { startLenientVisitor } from './chromium.ts';
import { signedInAs, signIn } from './journey.ts';
import { startOtherSite, startStage } from './stage.ts';
import type { OtherSite, Stage } from './stage.ts';

needs('chromium', 'nginx')('another site', () => {
  let stage: Stage;
  let other: OtherSite;
  let visitor: Awaited<ReturnType<typeof startLenientVisitor>>;
  let markup = '';
  beforeAll(async () => {
    // SameSite=None takes the browser's own protection away: what holds now is ours.
    const env = {
      OAUTH2_PROXY_COOKIE_SAMESITE: 'none',
      OAUTH2_PROXY_COOKIE_SECURE: 'true',
      OAUTH2_PROXY_OIDC_LOGOUT: 'off',
    };
    [stage, other, visitor] = await Promise.all([
      startStage({ env }),
      startOtherSite(() => markup),
      startLenientVisitor(),
    ]);
    await signIn(visitor.page, `${stage.origin}/private/`);
  });
  afterAll(async () => {
    await visitor?.stop();
    await Promise.all([stage?.stop(), other?.stop()]);
  });

  /** Shows a page of the other site, and tells what our endpoints answered to it. */
  async function statusesAfter(content: string): Promise<readonly number[]> {
    const before = stage.statuses().length;
    await show(content);
    for (let tries = 0; tries < 100 && stage.statuses().length === before; tries++) await sleep(20);
    return stage.statuses().slice(before);
  }

  async function show(content: string): Promise<void> {
    markup = content;
    await visitor.page.goto(other.origin);
  }

  const own = (path: string) => `${stage.origin}${path}`;
  const fetching = (path: string, more = '') =>
    `<script>fetch('${own(path)}', { mode: 'no-cors', credentials: 'include' ${more} }).catch(() => {})</script>`;
  const submitting = (path: string, method: string) =>
    `<iframe name="hidden"></iframe><form method="${method}" action="${own(path)}" target="hidden"></form><script>document.forms[0].submit()</script>`;

  test('the test’s own footing: this browser sends the session to us from another site', async () => {
    await show(`<img src="${own('/private/picture')}">`);
    const asked = stage.siteSaw.findLast(({ url }) => url === '/private/picture');
    expect(asked?.cookie).toMatch(/_oauth2_proxy=/);
  });

  test.each<[string, () => string]>([
    ['an image of sign_out', () => `<img src="${own('/oauth2/sign_out')}">`],
    ['a script of sign_out', () => `<script src="${own('/oauth2/sign_out')}"></script>`],
    ['an iframe of sign_out', () => `<iframe src="${own('/oauth2/sign_out')}"></iframe>`],
    ['an object of sign_out', () => `<object data="${own('/oauth2/sign_out')}"></object>`],
    ['fetch of sign_out', () => fetching('/oauth2/sign_out')],
    ['fetch that posts to sign_out', () => fetching('/oauth2/sign_out', `, method: 'POST', body: 'x=1'`)],
    ['a form that posts to sign_out inside an iframe', () => submitting('/oauth2/sign_out', 'post')],
    ['an iframe of start', () => `<iframe src="${own('/oauth2/start')}"></iframe>`],
    ['fetch of start', () => fetching('/oauth2/start?rd=/private/')],
    ['an iframe of sign_in, which clears the session', () => `<iframe src="${own('/oauth2/sign_in')}"></iframe>`],
    ['a form that posts to sign_in inside an iframe', () => submitting('/oauth2/sign_in', 'post')],
    ['fetch of the callback', () => fetching('/oauth2/callback?code=stolen&state=forged:/')],
    [
      'fetch that posts to the callback',
      () => fetching('/oauth2/callback', `, method: 'POST', body: 'code=1&state=1'`),
    ],
  ])('F-4, D15: %s is refused with 403 and changes nothing', async (_, content) => {
    const before = await visitor.context.cookies(stage.origin);
    expect(await stage.authStatus(before)).toBe(202);
    expect(await statusesAfter(content())).toEqual([403]);
    expect(await visitor.context.cookies(stage.origin)).toEqual(before);
    expect(await stage.authStatus(before)).toBe(202);
  });

  test.each<[string, () => string]>([
    ['a link', () => `<a href="${own('/oauth2/sign_out?rd=/bye')}">go</a>`],
    [
      'a form',
      () => `<form action="${own('/oauth2/sign_out')}"><input name="rd" value="/bye"><button>go</button></form>`,
    ],
    [
      'a form that posts',
      () => `<form method="post" action="${own('/oauth2/sign_out?rd=/bye')}"><button>go</button></form>`,
    ],
  ])('F-4: %s to sign_out, which the user follows, works', async (_, content) => {
    const { page, context } = visitor;
    if ((await stage.authStatus(await context.cookies())) === 401) await signInAgain();
    await show(content());
    await page.getByText('go', { exact: true }).click();
    await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    expect(await stage.authStatus(await context.cookies())).toBe(401);
  });

  async function signInAgain(): Promise<void> {
    await visitor.page.goto(own('/oauth2/start?rd=/private/'));
    await signedInAs(visitor.page, 'alice').waitFor();
  }

  test.each<[string, () => string]>([
    ['a link', () => `<a href="${own('/oauth2/start?rd=%2Fprivate%2F%3Fa%3D1%26b%3D2')}">go</a>`],
    [
      'a form',
      () =>
        `<form action="${own('/oauth2/start')}"><input name="rd" value="/private/?a=1&amp;b=2"><button>go</button></form>`,
    ],
  ])('F-4: %s to start, which the user follows, works', async (_, content) => {
    const { page, context } = visitor;
    await context.clearCookies({ name: '_oauth2_proxy' });
    await show(content());
    await page.getByText('go', { exact: true }).click();
    await page.waitForURL(own('/private/?a=1&b=2'));
    await signedInAs(page, 'alice').waitFor();
  });

  test('O-1: nothing of a sign-in shows inside a frame of another site', async () => {
    const { page, context } = visitor;
    await context.clearCookies({ name: '_oauth2_proxy' });
    await show(`<iframe src="${own('/private/')}"></iframe><iframe src="${own('/oauth2/sign_in')}"></iframe>`);
    const frames = page.frames().slice(1);
    expect(frames).toHaveLength(2);
    const shown = await Promise.all(frames.map((frame) => frame.locator('body').innerText()));
    expect(shown.join()).not.toMatch(/Sign in/);
  });
});
