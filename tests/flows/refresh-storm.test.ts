// 200 requests, one due session, a provider that ends it when a refresh token is used twice: does everybody stay in?
import { browser } from '../support/browser.ts';
import { cookieLines, copyOf, sessionCookie } from '../support/flow.ts';
import { startSidecar, type Sidecar } from '../support/sidecar.ts';
import { storm, strictProvider, type StormProvider } from '../support/storm.ts';

let stage: StormProvider;
let sidecar: Sidecar;
beforeAll(async () => {
  stage = await strictProvider();
  sidecar = await startSidecar(stage.options);
});
afterAll(async () => {
  await sidecar.stop();
  await stage.provider.close();
});

test('T-7, T-9, K1, BCP-11: exactly one token call and 200 × 202, again and again', async () => {
  const who = await stage.signIn(sidecar.origin);
  for (let round = 0; round < 3; round++) {
    sidecar.pass(61_000);
    const before = stage.tokenCalls();
    const { answers, statuses, accessTokens } = await storm({ origins: [sidecar.origin], who });
    expect([statuses, stage.tokenCalls() - before]).toEqual([{ 202: 200 }, 1]);
    expect(accessTokens).toHaveLength(1);
    // Whichever of the answers the browser hears last, its cookie is good.
    for (const answer of answers) expect(cookieLines(answer, sessionCookie)).toHaveLength(1);
    who.cookies.set(sessionCookie, cookieIn(answers.at(-1)?.setCookies));
    expect((await who.get(`${sidecar.origin}/oauth2/auth`)).setCookies).toEqual([]);
  }
});

test('T-9: a browser that heard none of the answers is still signed in, two refreshes later', async () => {
  const who = await stage.signIn(sidecar.origin);
  const asleep = copyOf(who);
  for (let round = 0; round < 2; round++) {
    sidecar.pass(61_000);
    await storm({ origins: [sidecar.origin], who: asleep, requests: 10 });
  }
  sidecar.pass(61_000);
  const before = stage.tokenCalls();
  const { statuses } = await storm({ origins: [sidecar.origin], who: asleep, requests: 50 });
  expect([statuses, stage.tokenCalls() - before]).toEqual([{ 202: 50 }, 1]);
});

test('the provider is as strict as it says', async () => {
  // Two services that know nothing of each other.
  const [one, other] = [await startSidecar(stage.options), await startSidecar(stage.options)];
  const who = await stage.signIn(one.origin);
  const late = copyOf(who);
  one.pass(61_000);
  other.pass(61_000);
  expect((await who.get(`${one.origin}/oauth2/auth`)).status).toBe(202);
  expect((await late.get(`${other.origin}/oauth2/auth`)).status).toBe(401);
  expect(other.log()).toContain('token_endpoint_invalid_grant');
  one.pass(61_000);
  expect((await who.get(`${one.origin}/oauth2/auth`)).status).toBe(401);
  await one.stop();
  await other.stop();
});

test('strangers in the same storm hear 401 and cause no call', async () => {
  const before = stage.tokenCalls();
  const { statuses } = await storm({ origins: [sidecar.origin], who: browser(), requests: 50 });
  expect([statuses, stage.tokenCalls() - before]).toEqual([{ 401: 50 }, 0]);
});

function cookieIn(setCookies: readonly string[] = []): string {
  const line = setCookies.find((text) => text.startsWith(`${sessionCookie}=`)) ?? '';
  return line.slice(sessionCookie.length + 1, line.indexOf(';'));
}
