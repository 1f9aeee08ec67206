// What counts as a request to the back-channel endpoint at all? (security B1, B12, B13, B18)
import { browser } from '../support/browser.ts';
import { copyOf, type Flow } from '../support/flow.ts';
import { logoutToken } from '../support/logout-tokens.ts';
import { soon, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const url = '/oauth2/backchannel-logout';
const formType = { 'content-type': 'application/x-www-form-urlencoded' };

interface Sent {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const send = (flow: Flow, { method = 'POST', query = '', headers = formType, body = '' }: Sent) =>
  flow.open(browser(), url + query, { method, headers, body });

test.each<[string, number, string, (token: string) => Sent]>([
  ['GET', 405, 'method', (token) => ({ method: 'GET', query: `?logout_token=${token}`, headers: {} })],
  ['PUT', 405, 'method', (token) => ({ method: 'PUT', body: `logout_token=${token}` })],
  ['DELETE', 405, 'method', () => ({ method: 'DELETE', headers: {} })],
  [
    'JSON',
    400,
    'form',
    (token) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ logout_token: token }) }),
  ],
  [
    'a multipart form',
    400,
    'form',
    (token) => ({ headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: token }),
  ],
  ['no content type', 400, 'form', (token) => ({ headers: {}, body: `logout_token=${token}` })],
  ['no body', 400, 'form', () => ({})],
  ['no logout_token', 400, 'form', (token) => ({ body: `id_token=${token}` })],
  ['two of them', 400, 'form', (token) => ({ body: `logout_token=${token}&logout_token=${token}` })],
  ['one in the query', 400, 'form', (token) => ({ query: `?logout_token=${token}` })],
  ['a damaged form', 400, 'form', (token) => ({ body: `logout_token=${token}&x=%zz` })],
  ['an empty token', 400, 'malformed', () => ({ body: 'logout_token=' })],
  ['no token at all', 400, 'malformed', () => ({ body: 'logout_token=abc' })],
  [
    'a form of more than 64 KiB',
    413,
    'form_too_large',
    (token) => ({ body: `logout_token=${token}&x=${'a'.repeat(70_000)}` }),
  ],
  [
    'more than 64 KiB without a length',
    413,
    'form_too_large',
    (token) => ({
      headers: { ...formType, 'transfer-encoding': 'chunked' },
      body: `logout_token=${token}&x=${'a'.repeat(70_000)}`,
    }),
  ],
  ['a token for somebody else (B12)', 400, 'aud', () => ({ body: 'AUD' })],
])('B1, B13: %s is refused', async (_, status, reason, sent) => {
  await use({}, async (flow) => {
    flow.idp.bends.idToken = { sid: 's1' };
    const who = await flow.member();
    const given = sent(logoutToken(flow.idp, { sid: 's1' }));
    const body = given.body === 'AUD' ? `logout_token=${logoutToken(flow.idp, { sid: 's1', aud: 'x' })}` : given.body;
    const answer = await send(flow, body === undefined ? given : { ...given, body });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-store']);
    expect(JSON.parse(answer.text)).toEqual({ error: 'invalid_request', error_description: `logout_token_${reason}` });
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    expect((await flow.auth(copyOf(who))).status).toBe(202);
    await soon(() => flow.sidecar.log().includes(`a logout token was refused reason=logout_token_${reason}`));
  });
});

test('it needs no cookie and no session, is no page, and other sites may not be told from it', async () => {
  await use({}, async (flow) => {
    const headers = {
      ...formType,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
    };
    const answer = await send(flow, { headers, body: `logout_token=${logoutToken(flow.idp)}` });
    expect([answer.status, answer.setCookies]).toEqual([200, []]);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('a content type with parameters is a form', async () => {
  await use({}, async (flow) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
    expect((await send(flow, { headers, body: `logout_token=${logoutToken(flow.idp)}` })).status).toBe(200);
  });
});

test('B18: two hundred requests of a stranger make no call to the provider', async () => {
  await use({}, async (flow) => {
    await send(flow, { body: `logout_token=${logoutToken(flow.idp)}` });
    const before = flow.idp.calls.length;
    for (let i = 0; i < 200; i++) await send(flow, { body: `logout_token=junk${i}.b.c` });
    expect(flow.idp.calls.length).toBe(before);
  });
});
