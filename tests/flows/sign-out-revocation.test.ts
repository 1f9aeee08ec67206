// Are the tokens of a session taken back that ends? Afterwards, and nobody waits for it. (RFC 7009, security R8)
import { browser } from '../support/browser.ts';
import type { Script } from '../support/bends.ts';
import { startFlow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';
import { soon, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const offer = { revocation: true };

test('R8: refresh token first, then access token, with client authentication', async () => {
  await use(
    {},
    async (flow) => {
      await flow.open(await flow.member(), '/oauth2/sign_out');
      await soon(() => flow.idp.count('revoke') === 2);
      const calls = flow.idp.calls.filter(({ endpoint }) => endpoint === 'revoke');
      expect(calls.map(({ form }) => form.get('token_type_hint'))).toEqual(['refresh_token', 'access_token']);
      expect(calls.map(({ form }) => form.get('token')?.slice(0, 3))).toEqual(['rt-', 'at-']);
      for (const { headers, form } of calls) {
        expect(headers.authorization).toMatch(/^Basic /);
        expect(form.has('client_secret')).toBe(false);
      }
      await soon(() => flow.sidecar.log().includes('a token was revoked at sign-out'));
    },
    offer,
  );
});

test('R8: the secret goes into the form where the provider takes it nowhere else', async () => {
  await use({}, async (flow) => {
    flow.idp.bends.discovery = {
      revocation_endpoint: `${flow.idp.issuer}/revoke`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    };
    const own = await startFlow({}, flow.idp);
    await own.open(await own.member(), '/oauth2/sign_out');
    await soon(() => flow.idp.count('revoke') === 2);
    await own.stop();
    const [call] = flow.idp.calls.filter(({ endpoint }) => endpoint === 'revoke');
    expect([call?.form.get('client_secret'), call?.headers.authorization]).toEqual(['the-secret', undefined]);
  });
});

test.each<[string, Script]>([
  ['down', { trouble: 'cut' }],
  ['slow', { trouble: 'hang' }],
  ['broken', { status: 500 }],
])('R8: an endpoint that is %s holds up nobody', async (_, script) => {
  await use(
    { 'oidc-logout': 'backend' },
    async (flow) => {
      const who = await flow.member();
      flow.idp.bends.scripts = { revoke: script };
      const begun = performance.now();
      expect((await flow.open(who, '/oauth2/sign_out')).location).toBe('/');
      expect(performance.now() - begun).toBeLessThan(1000);
      if (script.trouble !== 'hang') await soon(() => /revo.*reason=revocation_/.test(flow.sidecar.log()));
    },
    offer,
  );
});

test.each<[string, Options, { readonly revocation: boolean }]>([
  ['--revoke-tokens-on-sign-out=off', { 'revoke-tokens-on-sign-out': 'off' }, offer],
  ['--oidc-logout=off, as in the reference', { 'oidc-logout': 'off' }, offer],
  ['a provider that offers no revocation', {}, { revocation: false }],
  ['a refused sign-out', { 'sign-out-confirm': 'always' }, offer],
])('%s: no token is revoked', async (_, options, offered) => {
  await use(
    options,
    async (flow) => {
      await flow.open(await flow.member(), '/oauth2/sign_out');
      await flow.open(browser(), '/oauth2/sign_out');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(flow.idp.count('revoke')).toBe(0);
    },
    offered,
  );
});
