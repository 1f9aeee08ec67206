// Who was not admitted here is signed in at the provider all the same: can they get out of there, to switch accounts?
import { browser } from '../support/browser.ts';
import { copyOf } from '../support/flow.ts';
import { hasSession, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const backend = { 'oidc-logout': 'backend' };

test('a refused account can be signed out at the provider, too', async () => {
  await use({ ...backend, 'allowed-group': 'dev' }, async (flow) => {
    flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: ['strangers'] };
    const who = browser();
    expect((await flow.signIn(who)).status).toBe(403);
    expect([hasSession(who), (await flow.auth(who)).status]).toEqual([false, 401]);
    const out = await flow.open(who, '/oauth2/sign_out');
    expect([out.location, flow.idp.ended, who.cookies.size]).toEqual(['/', ['id_token_hint'], 0]);
    expect(flow.sidecar.log()).toContain('session=refused_account');
  });
});

test.each([
  ['an account without a confirmed e-mail address', { email_verified: false }],
  ['one without any', { email: undefined }],
])('%s can as well, and the next sign-in that succeeds forgets it', async (_, claims) => {
  await use(backend, async (flow) => {
    flow.idp.bends.claims = { ...flow.idp.bends.claims, ...claims };
    const who = browser();
    expect((await flow.signIn(who)).status).toBe(403);
    const other = copyOf(who);
    await flow.open(who, '/oauth2/sign_out');
    expect(flow.idp.ended).toEqual(['id_token_hint']);
    flow.idp.reset();
    await flow.signIn(other);
    expect([hasSession(other), [...other.cookies.keys()].some((name) => name.includes('refused'))]).toEqual([
      true,
      false,
    ]);
  });
});
