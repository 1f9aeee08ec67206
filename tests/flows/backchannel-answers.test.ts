// What does the provider hear when it says that somebody has signed out, and how soon? (security B7, B14, B19)
import { browser, type Answer } from '../support/browser.ts';
import { copyOf, startFlow, type Flow } from '../support/flow.ts';
import { logoutToken } from '../support/logout-tokens.ts';
import { soon, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();

const url = '/oauth2/backchannel-logout';
const post = (flow: Flow, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
  flow.open(browser(), url, { method: 'POST', body, headers });
const tell = (flow: Flow, claims?: Record<string, unknown>) =>
  post(flow, new URLSearchParams({ logout_token: logoutToken(flow.idp, claims) }));

/** A member whose session at the provider has this name. */
async function memberOf(flow: Flow, sid: string | undefined, claims: Record<string, unknown> = {}) {
  flow.idp.bends.idToken = { sid, ...claims };
  return flow.member();
}
const statusOf = async (flow: Flow, who: Parameters<Flow['auth']>[0]) => (await flow.auth(copyOf(who))).status;

test('B7: a token that comes twice is answered alike and does nothing', async () => {
  await use({}, async (flow) => {
    const body = new URLSearchParams({ logout_token: logoutToken(flow.idp, { jti: 'once' }) });
    const first = await post(flow, body);
    const fresh = await memberOf(flow, 's1');
    const second = await post(flow, body);
    expect(facts(second)).toEqual(facts(first));
    expect(await statusOf(flow, fresh)).toBe(202);
    await soon(() => flow.sidecar.log().includes('reason=logout_token_replayed'));
  });
});

/** All that a caller sees. */
function facts({ status, text, headers }: Answer) {
  return [status, text, ...[...headers].filter(([name]) => name !== 'date')];
}

test('B14: a session that nobody knows is answered as one that is known', async () => {
  await use({}, async (flow) => {
    await memberOf(flow, 's1');
    expect(facts(await tell(flow, { sid: 'unknown' }))).toEqual(facts(await tell(flow, { sid: 's1' })));
  });
});

test('an expired mark does not matter: by then the session has ended by itself', async () => {
  await use({ 'cookie-expire': '1h' }, async (flow) => {
    const who = await memberOf(flow, 's1');
    await tell(flow, { sid: 's1' });
    for (const ms of [59 * 60_000, 2 * 60_000, 3 * 3600_000]) {
      flow.sidecar.pass(ms);
      expect(await statusOf(flow, who)).toBe(401);
    }
  });
});

test('before discovery a token cannot be judged, and the answer says so in time (B19)', async () => {
  await use({}, async ({ idp }) => {
    idp.bends.scripts = { discovery: { trouble: 'hang' } };
    const flow = await startFlow({}, idp);
    const begun = performance.now();
    const answer = await tell(flow, { sid: 's1' });
    expect(performance.now() - begun).toBeLessThan(1000);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([400, 'no-store']);
    await flow.stop();
  });
});

test('B19: slow keys hold up nobody, and the session ends once they are there', async () => {
  await use({}, async ({ idp }) => {
    const first = await startFlow({}, idp);
    const who = await memberOf(first, 's1');
    await first.stop();
    idp.bends.scripts = { jwks: { delayMs: 1200 } };
    const flow = await startFlow({}, idp); // it has no keys yet
    expect(await statusOf(flow, who)).toBe(202);
    const begun = performance.now();
    expect((await tell(flow, { sid: 's1' })).status).toBe(400);
    expect(performance.now() - begun).toBeLessThan(1000);
    await soon(() => flow.sidecar.log().includes('the provider ended sessions'));
    expect(await statusOf(flow, who)).toBe(401);
    await flow.stop();
  });
});
