// Can an operator see how many sign-outs succeed, and why others do not?
import { browser } from '../support/browser.ts';
import type { Flow } from '../support/flow.ts';
import { logoutToken } from '../support/logout-tokens.ts';
import { parametersOf, soon, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const counted = { 'metrics-address': '127.0.0.1:0' };

/** Series of signing out that are not 0. */
async function series({ sidecar }: Flow): Promise<readonly string[]> {
  const text = await (await fetch(`http://127.0.0.1:${sidecar.metricsPort}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => /^oauth2_sidecar_(?:sign_outs|logout_tokens)_total\{/.test(line) && !line.endsWith(' 0'));
}
const signOuts = (labels: string, count = 1) => `oauth2_sidecar_sign_outs_total{${labels}} ${count}`;

test('by the browser: started, cleared, sent there, returned; a foreign state counts apart', async () => {
  await use({ ...counted, 'post-logout-redirect-url': '/oauth2/signed_out' }, async (flow) => {
    const who = await flow.member();
    const { state = '' } = parametersOf(await flow.open(who, '/oauth2/sign_out'));
    await flow.open(who, `/oauth2/signed_out?state=${state}`);
    await flow.open(who, `/oauth2/signed_out?state=${state}`);
    expect(await series(flow)).toEqual([
      signOuts('step="started",result="ok"'),
      signOuts('step="cleared",result="ok"'),
      signOuts('step="returned",result="ok"'),
      signOuts('step="provider_told",result="sent",how="redirect"'),
      signOuts('step="returned",result="failed",how="sign_out_state_unknown"'),
    ]);
    await soon(() => flow.sidecar.log().includes('somebody came back'));
    const steps = ['a sign-out began', 'signed out here', 'the browser tells the provider', 'back from the sign-out'];
    const places = steps.map((step) => flow.sidecar.log().indexOf(step));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });
});

test('server to server: how it went, how long it took, and what was not tried', async () => {
  await use({ ...counted, 'oidc-logout': 'backend' }, async (flow) => {
    await flow.open(await flow.member(), '/oauth2/sign_out');
    await flow.open(browser(), '/oauth2/sign_out');
    const who = await flow.member();
    flow.idp.bends.scripts = { end_session: { status: 502 } };
    await flow.open(who, '/oauth2/sign_out');
    expect(await series(flow)).toEqual([
      signOuts('step="started",result="ok"', 3),
      signOuts('step="cleared",result="ok"', 3),
      signOuts('step="provider_told",result="ok",how="id_token_hint"'),
      signOuts('step="provider_told",result="skipped",how="nothing_to_tell"'),
      signOuts('step="provider_told",result="failed",how="status_502"'),
    ]);
    const text = await (await fetch(`http://127.0.0.1:${flow.sidecar.metricsPort}/metrics`)).text();
    expect(text).toContain('oauth2_sidecar_sign_out_provider_seconds_count 2');
  });
});

test('logout tokens: each refusal under its reason, what is broken apart from what is wrong', async () => {
  await use(counted, async (flow) => {
    const post = (token: string) =>
      flow.open(browser(), '/oauth2/backchannel-logout', {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      });
    const good = logoutToken(flow.idp);
    for (const token of [good, good, logoutToken(flow.idp, { aud: 'x' }), 'junk', '']) await post(token);
    expect(await series(flow)).toEqual([
      'oauth2_sidecar_logout_tokens_total{result="ok"} 1',
      'oauth2_sidecar_logout_tokens_total{result="ok",reason="replayed"} 1',
      'oauth2_sidecar_logout_tokens_total{result="refused",reason="logout_token_aud"} 1',
      'oauth2_sidecar_logout_tokens_total{result="refused",reason="logout_token_malformed"} 2',
    ]);
  });
});
