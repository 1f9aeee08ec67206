// A12: Is an e-mail address taken apart where it should be?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';

let idp: BendableIdp;
let open: Flow;
beforeAll(async () => {
  idp = await bendableIdp();
  open = await startFlow({}, idp);
});
afterAll(async () => {
  await open.stop();
  await idp.close();
});

// `@company.com` is admitted by an exact --email-domain, as in the reference; see the query below.
const tricks = [
  'attacker@evil.com@company.com',
  'attacker@company.com@evil.com',

  'a@company.com\n',
  '"a@evil.com"@company.com',
  'a@company.com.',
  'a@ċompany.com',
  'a@evil.com#@company.com',
  'a@evilcompany.com',
  'company.com',
];

describe.each(['company.com', '.company.com', '*.company.com'])('--email-domain=%s', (domain) => {
  let flow: Flow;
  beforeAll(async () => void (flow = await startFlow({ 'email-domain': domain }, idp)));
  afterAll(() => flow.stop());

  test.each(['', ...tricks])('A12: "%s" is refused at the callback', async (email) => {
    idp.bends.claims = { ...idp.bends.claims, email };
    const answer = await flow.signIn(browser());
    expect([answer.status, answer.setCookies.some((line) => line.startsWith('_oauth2_proxy='))]).toEqual([403, false]);
  });

  test('an honest address enters, in any case', async () => {
    const host = domain === 'company.com' ? 'COMPANY.com' : 'mail.COMPANY.com';
    idp.bends.claims = { ...idp.bends.claims, email: `a@${host}` };
    expect((await flow.signIn(browser())).status).toBe(302);
  });
});

test.each([...tricks, '@company.com'])('A12: "%s" does not satisfy allowed_email_domains', async (email) => {
  idp.bends.claims = { ...idp.bends.claims, email };
  const who = await open.member();
  expect((await open.auth(who)).status).toBe(202);
  for (const domain of ['company.com', '.company.com', '*.company.com']) {
    expect((await open.auth(who, `?allowed_email_domains=${domain}`)).status).toBe(403);
  }
});

test('A12: the rule of the query minds the case, as in the reference', async () => {
  idp.bends.claims = { ...idp.bends.claims, email: 'a@COMPANY.com' };
  const who = await open.member();
  expect((await open.auth(who, '?allowed_email_domains=company.com')).status).toBe(403);
  expect((await open.auth(who, '?allowed_email_domains=COMPANY.com')).status).toBe(202);
});
