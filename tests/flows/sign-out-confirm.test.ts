// Who may sign a user out? Not a page of another site behind the user's back. (--sign-out-confirm, security F-4, N7)
import { browser, navigationHeaders } from '../support/browser.ts';
import { copyOf, type Flow } from '../support/flow.ts';
import { fieldsOf, hasSession, withSignOuts } from '../support/sign-outs.ts';
import type { Visit } from '../support/browser.ts';

const use = withSignOuts();
const off = { 'oidc-logout': 'off' };
const crossSite = { 'sec-fetch-site': 'cross-site' };

const metadata = (mode: string, destination: string, site = 'cross-site') => ({
  accept: '*/*',
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': destination,
});

const behindTheBack: [string, Visit][] = [
  ['an image', { headers: metadata('no-cors', 'image') }],
  ['a script', { headers: metadata('no-cors', 'script') }],
  ['a style sheet', { headers: metadata('no-cors', 'style') }],
  ['a frame', { headers: metadata('navigate', 'iframe') }],
  ['an object', { headers: metadata('navigate', 'object') }],
  ['fetch without CORS', { headers: metadata('no-cors', 'empty') }],
  ['fetch with CORS', { headers: metadata('cors', 'empty') }],
  [
    'a POST by fetch',
    { method: 'POST', headers: metadata('no-cors', 'empty'), body: new URLSearchParams({ rd: '/' }) },
  ],
  [
    'a form sent into a frame',
    { method: 'POST', headers: metadata('navigate', 'iframe'), body: new URLSearchParams() },
  ],
];
const inPlainSight: [string, Visit][] = [
  ['a link on the site', {}],
  ['a link on another site', { headers: { ...navigationHeaders, ...crossSite } }],
  [
    'a form of another site',
    { method: 'POST', headers: { ...navigationHeaders, ...crossSite }, body: new URLSearchParams() },
  ],
  [
    'a form of the site',
    { method: 'POST', headers: { ...navigationHeaders, 'sec-fetch-site': 'same-origin' }, body: new URLSearchParams() },
  ],
  ['fetch of the site', { headers: metadata('cors', 'empty', 'same-origin') }],
  ['an image of a sibling site', { headers: metadata('no-cors', 'image', 'same-site') }],
  ['a program without these headers', { headers: { accept: '*/*' } }],
];

const signOut = (flow: Flow, who: Parameters<Flow['open']>[0], visit: Visit) =>
  flow.open(who, '/oauth2/sign_out', visit);

test.each(behindTheBack)('F-4, auto: %s of another site signs nobody out', async (_, visit) => {
  await use(off, async (flow) => {
    const who = await flow.member();
    const answer = await signOut(flow, copyOf(who), visit);
    expect([answer.status, answer.setCookies, answer.location]).toEqual([403, [], undefined]);
    expect((await flow.auth(who)).status).toBe(202);
  });
});

test.each(inPlainSight)('F-4, auto: %s signs out', async (_, visit) => {
  await use(off, async (flow) => {
    const who = await flow.member();
    const copy = copyOf(who);
    expect((await signOut(flow, who, visit)).status).toBe(302);
    expect([hasSession(who), (await flow.auth(copy)).status]).toEqual([false, 401]);
  });
});

test.each([...behindTheBack, ...inPlainSight])('never: %s signs out, as in the reference', async (_, visit) => {
  await use({ ...off, 'sign-out-confirm': 'never' }, async (flow) => {
    const who = await flow.member();
    expect([(await signOut(flow, who, visit)).status, hasSession(who)]).toEqual([302, false]);
  });
});

describe('always', () => {
  const always = { ...off, 'sign-out-confirm': 'always' };

  test('a page asks, and its button signs out and leads to rd', async () => {
    await use(always, async (flow) => {
      const who = await flow.member();
      const page = await flow.open(who, '/oauth2/sign_out?rd=/bye');
      expect([page.status, page.setCookies, hasSession(who)]).toEqual([200, [], true]);
      expect(page.text).toContain('Do you want to sign out?');
      expect(page.text).toMatch(/<form class="actions" method="post" action="\/oauth2\/sign_out">/);
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      const body = new URLSearchParams(fieldsOf(page));
      const out = await flow.open(who, '/oauth2/sign_out', { method: 'POST', body, headers: navigationHeaders });
      expect([out.location, hasSession(who)]).toEqual(['/bye', false]);
    });
  });

  test.each(behindTheBack)('%s of another site gets nothing', async (_, visit) => {
    await use(always, async (flow) => {
      const who = await flow.member();
      expect([(await signOut(flow, who, visit)).status, hasSession(who)]).toEqual([403, true]);
    });
  });

  test('a confirmation that is missing, somebody else’s, old, or in the query asks again', async () => {
    await use(always, async (flow) => {
      const [who, attacker] = [await flow.member(), await flow.member()];
      const theirs = fieldsOf(await flow.open(attacker, '/oauth2/sign_out'))['confirmation'] ?? '';
      const nobodys = fieldsOf(await flow.open(browser(), '/oauth2/sign_out'))['confirmation'] ?? '';
      const mine = fieldsOf(await flow.open(who, '/oauth2/sign_out'))['confirmation'] ?? '';
      const post = (confirmation?: string) =>
        signOut(flow, who, {
          method: 'POST',
          headers: { ...navigationHeaders, ...crossSite },
          body: new URLSearchParams(confirmation === undefined ? {} : { confirmation }),
        });
      for (const confirmation of [undefined, '', 'x', theirs, nobodys]) {
        expect([(await post(confirmation)).status, hasSession(who)]).toEqual([200, true]);
      }
      const byGet = await flow.open(who, `/oauth2/sign_out?confirmation=${encodeURIComponent(mine)}`);
      expect([byGet.status, hasSession(who)]).toEqual([200, true]);
      flow.sidecar.pass(11 * 60_000);
      expect([(await post(mine)).status, hasSession(who)]).toEqual([200, true]);
    });
  });

  test.each([
    ['of another site', 'cross-site', true],
    ['of a sibling site', 'same-site', true],
    ['of the site', 'same-origin', false],
    ['that was typed', 'none', false],
  ])('F-4: an address %s shows the sign-in page, and leaves the session alone: %s %s', async (_, site, isKept) => {
    await use({ ...always, 'skip-provider-button': false }, async (flow) => {
      const who = await flow.member();
      const page = await flow.open(who, '/oauth2/sign_in', {
        headers: { ...navigationHeaders, 'sec-fetch-site': site },
      });
      expect([page.status, hasSession(who)]).toEqual([200, isKept]);
      expect(page.text).toContain('action="/oauth2/start"');
      expect(page.text.includes('Your session has ended')).toBe(!isKept);
    });
  });

  test('F-4: a browser that says nothing of where it came from is not believed', async () => {
    await use({ ...always, 'skip-provider-button': false }, async (flow) => {
      const who = await flow.member();
      await flow.open(who, '/oauth2/sign_in', { headers: { accept: 'text/html' } });
      expect(hasSession(who)).toBe(true);
    });
  });

  test('F-4: a link to the front channel without a name is no frame of the provider', async () => {
    await use(always, async (flow) => {
      const who = await flow.member();
      const link = { headers: { ...navigationHeaders, ...crossSite } };
      expect([(await flow.open(who, '/oauth2/frontchannel-logout', link)).status, hasSession(who)]).toEqual([
        400,
        true,
      ]);
      const frame = { headers: metadata('navigate', 'iframe') };
      expect([(await flow.open(who, '/oauth2/frontchannel-logout', frame)).status, hasSession(who)]).toEqual([
        200,
        false,
      ]);
    });
  });

  test('RD-2: the page holds only targets that were judged', async () => {
    await use(always, async (flow) => {
      for (const rd of ['https://evil.example/', '//evil.example', '"><script>', 'javascript:alert(1)']) {
        const page = await flow.open(browser(), `/oauth2/sign_out?rd=${encodeURIComponent(rd)}`);
        expect(fieldsOf(page)['rd']).toBe('/');
        expect(page.text).not.toMatch(/evil|<script>|alert/);
      }
      const endpoint = `${flow.idp.issuer}/logout`;
      const page = await flow.open(browser(), `/oauth2/sign_out?rd=${encodeURIComponent(endpoint)}`);
      expect(fieldsOf(page)['rd']).toBe(endpoint);
    });
  });
});
