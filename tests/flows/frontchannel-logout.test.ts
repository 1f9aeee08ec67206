// The provider's page loads a frame of ours when somebody signs out there. (security FC-1–FC-4; RP-L3)
import { browser } from '../support/browser.ts';
import { copyOf, type Flow } from '../support/flow.ts';
import { hasSession, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();

/** As browsers ask for a frame in another site. */
const frame = {
  accept: 'text/html',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'iframe',
};

const url = (parameters: Record<string, string> | string[][]) =>
  `/oauth2/frontchannel-logout?${new URLSearchParams(parameters)}`;

async function memberOf(flow: Flow, sid: string) {
  flow.idp.bends.idToken = { sid };
  return flow.member();
}

test('FC-2, RP-L3 -opinitlogout: iss and sid end that session without any cookie, and no other', async () => {
  await use({}, async (flow) => {
    const [one, two] = [await memberOf(flow, 's1'), await memberOf(flow, 's2')];
    const answer = await flow.open(browser(), url({ iss: flow.idp.issuer, sid: 's1' }), { headers: frame });
    expect([answer.status, answer.setCookies]).toEqual([200, []]);
    expect([(await flow.auth(one)).status, hasSession(one)]).toEqual([401, false]);
    expect((await flow.auth(two)).status).toBe(202);
  });
});

test('a browser that sends its cookie gets it cleared, if it is that session', async () => {
  await use({}, async (flow) => {
    const [one, two] = [await memberOf(flow, 's1'), await memberOf(flow, 's2')];
    for (const who of [one, two]) await flow.open(who, url({ iss: flow.idp.issuer, sid: 's1' }), { headers: frame });
    expect([hasSession(one), hasSession(two)]).toEqual([false, true]);
  });
});

test('without iss and sid it is the session of this browser', async () => {
  await use({}, async (flow) => {
    const [one, two] = [await memberOf(flow, 's1'), await memberOf(flow, 's2')];
    const copy = copyOf(one);
    expect((await flow.open(one, '/oauth2/frontchannel-logout', { headers: frame })).status).toBe(200);
    expect((await flow.open(browser(), '/oauth2/frontchannel-logout', { headers: frame })).status).toBe(200);
    expect([hasSession(one), (await flow.auth(copy)).status, (await flow.auth(two)).status]).toEqual([false, 401, 202]);
  });
});

test.each<[string, (issuer: string) => Record<string, string> | string[][]]>([
  ['sid alone', () => ({ sid: 's1' })],
  ['iss alone', (iss) => ({ iss })],
  ['another issuer', () => ({ iss: 'https://other.example', sid: 's1' })],
  ['the issuer with a slash more', (iss) => ({ iss: `${iss}/`, sid: 's1' })],
  ['an empty sid', (iss) => ({ iss, sid: '' })],
  ['an endless sid', (iss) => ({ iss, sid: 's'.repeat(256) })],
  [
    'two of each',
    (iss) => [
      ['iss', iss],
      ['sid', 's1'],
      ['iss', iss],
      ['sid', 's2'],
    ],
  ],
  [
    'two sids',
    (iss) => [
      ['iss', iss],
      ['sid', 's1'],
      ['sid', 's2'],
    ],
  ],
])('FC-1: %s: 400, and nothing ends', async (_, parameters) => {
  await use({}, async (flow) => {
    const who = await memberOf(flow, 's1');
    const answer = await flow.open(copyOf(who), url(parameters(flow.idp.issuer)), { headers: frame });
    expect([answer.status, answer.headers.get('cache-control'), answer.setCookies]).toEqual([
      400,
      'no-cache, no-store',
      [],
    ]);
    expect((await flow.auth(who)).status).toBe(202);
  });
});

test('FC-3: only the provider may frame it, nothing keeps it, and nothing in it runs', async () => {
  await use({}, async (flow) => {
    const { headers } = await flow.open(browser(), url({ iss: flow.idp.issuer, sid: 's1' }), { headers: frame });
    expect(headers.get('cache-control')).toBe('no-cache, no-store');
    expect(headers.get('content-security-policy')).toBe(`default-src 'none'; frame-ancestors ${flow.idp.issuer}`);
    expect([headers.get('x-frame-options'), headers.get('x-content-type-options')]).toEqual([null, 'nosniff']);
  });
});

test('FC-4, M25: it proves nothing: no token is revoked, the provider hears nothing', async () => {
  await use(
    {},
    async (flow) => {
      const who = await memberOf(flow, 's1');
      const before = flow.idp.calls.length;
      await flow.open(who, url({ iss: flow.idp.issuer, sid: 's1' }), { headers: frame });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(flow.idp.calls.length).toBe(before);
    },
    { revocation: true },
  );
});

test.each(['POST', 'PUT', 'DELETE'])('%s: 405', async (method) => {
  await use({}, async (flow) => {
    const who = await memberOf(flow, 's1');
    const answer = await flow.open(who, url({ iss: flow.idp.issuer, sid: 's1' }), { method });
    expect([answer.status, answer.headers.get('allow'), (await flow.auth(who)).status]).toEqual([405, 'GET', 202]);
  });
});
