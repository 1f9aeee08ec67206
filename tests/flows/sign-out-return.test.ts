// Back from the provider's logout: whose state is it, and where to? (security R4, R5, RP-L1)
import { browser } from '../support/browser.ts';
import { parametersOf, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const returning = { 'post-logout-redirect-url': '/oauth2/signed_out' };

describe('R4: the way back', () => {
  const signedOutPage = { status: 200, location: undefined, text: expect.stringContaining('You are signed out') };

  test('-other-state, -no-state: a page that says it, and no redirect anywhere', async () => {
    await use(returning, async (flow) => {
      const who = await flow.member();
      await flow.open(who, '/oauth2/sign_out?rd=/bye');
      for (const query of ['?state=other', '?state=', '', '?rd=https%3A%2F%2Fevil.example%2F&state=x', '?rd=/bye']) {
        const back = await flow.open(who, `/oauth2/signed_out${query}`);
        expect(back).toMatchObject(signedOutPage);
        expect(back.text).not.toMatch(/evil|could not be told|\/bye/);
      }
      expect(flow.idp.count('authorize')).toBe(1); // that of the member
    });
  });

  test('a state of another browser leads nowhere, and a state counts once', async () => {
    await use(returning, async (flow) => {
      const who = await flow.member();
      const { state = '' } = parametersOf(await flow.open(who, '/oauth2/sign_out?rd=/bye'));
      expect(await flow.open(browser(), `/oauth2/signed_out?state=${state}`)).toMatchObject(signedOutPage);
      expect((await flow.open(who, `/oauth2/signed_out?state=${state}`)).location).toBe('/bye');
      expect(await flow.open(who, `/oauth2/signed_out?state=${state}`)).toMatchObject(signedOutPage);
    });
  });

  test('R5: what the state carries was judged, and is judged again', async () => {
    await use({ ...returning, 'whitelist-domain': 'ok.example' }, async (flow) => {
      const targets: [string, string][] = [
        ['https://evil.example/', '/'],
        ['//evil.example', '/'],
        ['/oauth2/sign_out', '/'],
        ['https://ok.example/x', 'https://ok.example/x'],
      ];
      for (const [rd, expected] of targets) {
        const who = await flow.member();
        const { state = '' } = parametersOf(await flow.open(who, `/oauth2/sign_out?rd=${encodeURIComponent(rd)}`));
        expect((await flow.open(who, `/oauth2/signed_out?state=${state}`)).location).toBe(expected);
      }
    });
  });

  test('the callback may be the address, as Keycloak knows it anyway', async () => {
    await use({ 'post-logout-redirect-url': '/oauth2/callback' }, async (flow) => {
      const who = await flow.member();
      const { state = '' } = parametersOf(await flow.open(who, '/oauth2/sign_out?rd=/bye'));
      expect((await flow.open(browser(), `/oauth2/callback?state=${state}`)).location).not.toBe('/bye');
      expect((await flow.open(who, `/oauth2/callback?state=${state}`)).location).toBe('/bye');
      expect(who.cookies.size).toBe(0);
    });
  });
});
