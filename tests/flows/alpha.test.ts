// A service that is configured by a structured file: who hears what of a user, and what may a link decide?
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, navigationHeaders } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';

interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const folder = mkdtempSync(join(tmpdir(), 'alpha-'));
const path = join(folder, 'alpha.yaml');
const seen: Seen[] = [];
let site: Server;
let idp: BendableIdp;
let flow: Flow;

const yaml = (uri: string) => `
upstreamConfig:
  proxyRawPath: true
  upstreams:
    - {id: rewrite, path: "^/api/v([0-9]+)/(.*)$", rewriteTarget: "/in/$2?version=$1", uri: "${uri}"}
    - {id: fixed, path: /fixed, static: true, staticCode: 418}
    - {id: own-host, path: /own/, uri: "${uri}", passHostHeader: false}
    - {id: rest, path: /, uri: "${uri}"}
injectRequestHeaders:
  - {name: X-Secret, values: [{secretSource: {fromFile: ${folder}/secret}}]}
  - {name: X-Many, values: [{claimSource: {claim: email}}, {claimSource: {claim: groups, prefix: "g:"}}, {secretSource: {value: end}}]}
  - {name: X-Kept, preserveRequestValue: true, values: [{claimSource: {claim: user}}]}
  - {name: X-Exact, InsecureSkipHeaderNormalization: true, values: [{claimSource: {claim: user}}]}
  - {name: Authorization, values: [{claimSource: {claim: user, basicAuthPassword: {value: p$$w}}}]}
  - {name: X-Dept, values: [{claimSource: {claim: department}}]}
  - {name: X-Org, values: [{claimSource: {claim: org.name}}]}
  - {name: X-Tags, values: [{claimSource: {claim: tags}}]}
  - {name: X-Refresh, values: [{claimSource: {claim: refresh_token}}]}
  - {name: X-Created, values: [{claimSource: {claim: created_at}}]}
  - {name: X-Expires, values: [{claimSource: {claim: expires_on}}]}
  - {name: X-None, values: [{claimSource: {claim: constructor}}]}
injectResponseHeaders:
  - {name: X-Who, values: [{claimSource: {claim: email}}]}
  - {name: X-Always, values: [{secretSource: {value: "yes"}}]}
server: {bindAddress: "127.0.0.1:0"}
providers:
  - id: main
    provider: oidc
    clientID: the-client
    clientSecret: the-secret
    additionalClaims: [department, org.name, level, tags, missing]
    loginURLParameters:
      - {name: prompt, default: [consent]}
      - {name: hd, default: [example.com], allow: [{value: example.org}, {pattern: "^[a-z]+\\\\.test$"}]}
      - {name: login_hint, allow: [{pattern: "."}]}
    oidcConfig: {issuerURL: "${idp.issuer}"}
`;

beforeAll(async () => {
  site = createServer(({ url = '', headers }, res) => {
    seen.push({ url, headers });
    res.end('site');
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  idp = await bendableIdp();
  writeFileSync(join(folder, 'secret'), 'of-the-file\n');
  writeFileSync(path, yaml(`http://127.0.0.1:${(site.address() as AddressInfo).port}`));
  flow = await startFlow({ 'alpha-config': path, 'cookie-refresh': '1m', 'skip-auth-route': '^/open' }, idp);
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
  site.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  idp.reset();
  Object.assign(idp.bends.claims, { department: 'R&D', org: { name: 'Corp' }, level: 7, tags: ['a', 2, true] });
  seen.length = 0;
});

async function lastSeen(url: string, who = browser(), headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
  await flow.open(who, url, { headers: { ...navigationHeaders, ...headers } });
  const last = seen.at(-1);
  if (last === undefined) throw new Error('nothing has reached the site');
  return last;
}

describe('headers', () => {
  test('the site hears what the rules say, and nothing of what others claim', async () => {
    const who = await flow.member();
    const forged = { 'x-many': 'me', X_Secret: 'mine', 'x-kept': 'mine', 'x-exact': 'mine', X_Exact: 'mine too' };
    const { headers } = await lastSeen('/x', who, { ...forged, authorization: 'Bearer x', 'x-forwarded-user': 'root' });
    expect(headers).toMatchObject({
      'x-secret': 'of-the-file',
      'x-many': 'jane@example.com,g:dev,g:ops,end',
      'x-kept': 'mine,user-1',
      'x-exact': 'user-1',
      x_exact: 'mine too',
      authorization: `Basic ${Buffer.from('user-1:p$w').toString('base64')}`,
      'x-dept': 'R&D',
      'x-org': 'Corp',
      'x-tags': 'a,2,true',
      'x-created': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d*[1-9])? \+0000 UTC$/),
      'x-expires': expect.stringMatching(/ \+0000 UTC$/),
      'x-refresh': expect.stringMatching(/./),
    });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x_secret']));
    expect(headers).not.toHaveProperty('x-forwarded-user'); // H-6: ours, though no rule speaks of it
    expect(headers).not.toHaveProperty('x-none');
  });

  test('H-6: without a session there are secrets, and still nothing forged', async () => {
    const { headers } = await lastSeen('/open', browser(), {
      X_Many: 'me',
      'x-secret': 'me',
      'x-kept': 'mine',
      'x-who': 'me',
    });
    expect(headers).toMatchObject({ 'x-secret': 'of-the-file', 'x-many': 'end', 'x-kept': 'mine', 'x-who': 'me' });
    expect(headers).not.toHaveProperty('x_many');
    expect(headers).not.toHaveProperty('authorization');
  });

  test('nginx hears of the user on 202 alone', async () => {
    const answer = await flow.auth(await flow.member());
    expect([answer.status, answer.headers.get('x-who'), answer.headers.get('x-always')]).toEqual([
      202,
      'jane@example.com',
      'yes',
    ]);
    expect(answer.headers.has('x-auth-request-user')).toBe(false);
    const stranger = await flow.auth(browser());
    expect([stranger.status, stranger.headers.has('x-always')]).toEqual([401, false]);
  });
});

describe('further claims', () => {
  test('userinfo tells them; numbers are texts, and what is nowhere is left out', async () => {
    const { text } = await flow.open(await flow.member(), '/oauth2/userinfo');
    expect(JSON.parse(text)).toMatchObject({
      additionalClaims: { department: 'R&D', level: '7', 'org.name': 'Corp', tags: ['a', '2', true] },
    });
    expect(text).not.toContain('missing');
  });

  test('those that userinfo of the provider alone knows are asked there', async () => {
    idp.bends.idToken = { department: undefined };
    const { headers } = await lastSeen('/x', await flow.member());
    expect(headers['x-dept']).toBe('R&D');
  });

  test('a refresh brings the new ones', async () => {
    const who = await flow.member();
    idp.bends.claims['department'] = 'HR';
    expect((await lastSeen('/x', who)).headers['x-dept']).toBe('R&D');
    flow.sidecar.pass(61_000);
    expect((await lastSeen('/x', who)).headers['x-dept']).toBe('HR');
  });
});

describe('what goes to the sign-in page', () => {
  const defaults = { prompt: ['consent'], hd: ['example.com'], login_hint: [] };

  test.each<[string, string, object]>([
    ['nothing asked', '', {}],
    ['a value that is allowed', '&hd=example.org', { hd: ['example.org'] }],
    ['a value that fits a pattern', '&hd=abc.test', { hd: ['abc.test'] }],
    ['F-6: any other value', '&hd=evil.example&prompt=none', {}],
    ['F-6: only what is allowed of several', '&hd=evil.example&hd=abc.test', { hd: ['abc.test'] }],
    ['several that are allowed', '&hd=a.test&hd=b.test', { hd: ['a.test', 'b.test'] }],
    ['one without a default', '&login_hint=me%40x.test%26state%3Dy', { login_hint: ['me@x.test&state=y'] }],
    ['an empty one', '&login_hint=', {}],
    ['the wish for another account', '&account=other&hd=a.test', { prompt: ['login'], hd: ['a.test'] }],
  ])('%s', async (_, query, expected) => {
    const { location = '' } = await flow.open(browser(), `/oauth2/start?rd=/x${query}`);
    const { searchParams } = new URL(location);
    const sent = Object.fromEntries(Object.keys(defaults).map((name) => [name, searchParams.getAll(name)]));
    expect(sent).toEqual({ ...defaults, ...expected });
    expect([searchParams.has('approval_prompt'), searchParams.getAll('state').length]).toEqual([false, 1]);
  });

  test('F-6: nobody who only wanted a page decides about it', async () => {
    const { location = '' } = await flow.open(browser(), '/page?hd=example.org&login_hint=x');
    const { searchParams } = new URL(location);
    expect([searchParams.get('hd'), searchParams.has('login_hint')]).toEqual(['example.com', false]);
  });
});

test('upstreams have settings of their own', async () => {
  const who = await flow.member();
  expect((await lastSeen('/api/v2/things/1?x=y', who)).url).toBe('/in/things/1?version=2&x=y');
  expect((await lastSeen('/%2F/a', who)).url).toBe('/%2F/a');
  expect((await lastSeen('/own/x', who)).headers.host).toBe(`127.0.0.1:${(site.address() as AddressInfo).port}`);
  expect((await flow.open(who, '/fixed')).status).toBe(418);
});

test('the program converts, and takes what it has printed', () => {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const run = (argv: readonly string[]) =>
    spawnSync(process.execPath, [main, ...argv], { env: {}, encoding: 'utf8', timeout: 20_000 });
  const core = ['--cookie-secret=a-cookie-secret-of-the-tests', '--email-domain=*'];
  const printed = run([
    ...core,
    ...[
      '--convert-config-to-alpha',
      '--provider=oidc',
      `--oidc-issuer-url=${idp.issuer}`,
      '--client-id=a',
      '--client-secret=b',
    ],
  ]);
  expect([printed.status, printed.stderr]).toEqual([0, expect.stringMatching(/^warning: beside --alpha-config/)]);
  const converted = join(folder, 'converted.yaml');
  writeFileSync(converted, printed.stdout);
  const tested = run([...core, `--alpha-config=${converted}`, '--config-test']);
  expect([tested.status, tested.stdout]).toEqual([0, 'configuration is valid\n']);
  writeFileSync(converted, readFileSync(converted, 'utf8').replace('clientID', 'clientIT'));
  const refused = run([...core, `--alpha-config=${converted}`, '--config-test']);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/clientIT in .*converted\.yaml:\d+ is not a known field/),
  ]);
});
