// Is every request decided for itself, whatever was decided a moment ago for the same cookie or token?
import { browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { jwt, signers } from '../support/signing.ts';

let flow: Flow;
beforeAll(async () => {
  flow = await startFlow({ 'skip-jwt-bearer-tokens': true, 'set-xauthrequest': true, 'reverse-proxy': true });
});
afterAll(() => flow.stop());

const rounds = ['?allowed_groups=dev', '?allowed_groups=none', '', '?allowed_groups=none', '?allowed_groups=dev'];
const expected = [202, 403, 202, 403, 202];

test('P25: one cookie, other groups required: each location has its own answer', async () => {
  const who = await flow.member();
  const heard = [];
  for (const query of rounds) heard.push((await flow.auth(who, query)).status);
  expect(heard).toEqual(expected);
});

test('P25, P28: one token, other groups required, on one host and another', async () => {
  const authorization = `Bearer ${flow.idp.idToken({ sub: 'program', email: 'p@example.com', groups: ['dev'] })}`;
  for (const host of ['one.example.test', 'two.example.test']) {
    const heard = [];
    for (const query of rounds) {
      heard.push((await flow.auth(browser(), query, { authorization, 'x-forwarded-host': host })).status);
    }
    expect([host, ...heard]).toEqual([host, ...expected]);
  }
});

test('P28: who was let in lends nothing to an empty cookie, to no cookie, or to half of one', async () => {
  const who = await flow.member();
  const value = who.cookies.get(sessionCookie) ?? '';
  expect((await flow.auth(copyOf(who))).status).toBe(202);
  for (const other of ['', '""', value.slice(0, -1), value.slice(1), `${value}x`]) {
    expect([other, (await flow.auth(browser(new Map([[sessionCookie, other]])))).status]).toEqual([other, 401]);
  }
  expect((await flow.auth(browser())).status).toBe(401);
  expect((await flow.auth(who)).status).toBe(202);
});

test('P28: a token that was refused is refused again, and its neighbour of the same claims counts', async () => {
  const claims = {
    iss: flow.idp.issuer,
    aud: 'the-client',
    sub: 'program',
    email: 'p@example.com',
    exp: Math.floor(Date.now() / 1000) + 600,
    iat: Math.floor(Date.now() / 1000),
  };
  const forged = `Bearer ${jwt({ header: {}, payload: claims, signer: signers.rsa2 })}`;
  const honest = `Bearer ${jwt({ header: {}, payload: claims })}`;
  const heard = [];
  for (const authorization of [forged, forged, honest, forged]) {
    heard.push((await flow.auth(browser(), '', { authorization })).status);
  }
  expect(heard).toEqual([401, 401, 202, 401]);
});

test('L16: more parameters than anybody needs hide no constraint behind them', async () => {
  const who = await flow.member();
  const heard = [];
  for (const query of rounds.slice(0, 3)) {
    heard.push((await flow.auth(who, `?${'a=1&'.repeat(150)}${query.slice(1)}`)).status);
  }
  expect(heard).toEqual(expected.slice(0, 3));
});
