// Does the log say which page a refusal was about, where nginx asked on behalf of another request?
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
afterEach(() => flow.stop());

const page = '/reports/2024?code=s3cret-of-a-page&x=1';
const behindNginx = { 'x-forwarded-uri': page, 'x-forwarded-method': 'GET' };

async function begun(format: string): Promise<Flow> {
  flow = await startFlow({ 'reverse-proxy': true, 'log-format': format, 'allowed-group': 'dev' });
  return flow;
}

/** What the log says of refusals, once it says anything. */
const authLines = () =>
  flow.sidecar
    .log()
    .split('\n')
    .filter((line) => line.includes('reports'));

test('O-3: as JSON every refusal of the auth endpoint has the page, without its secrets', async () => {
  const { auth, member } = await begun('json');
  const who = await member();
  expect((await auth(who, '?allowed_groups=admins', behindNginx)).status).toBe(403);
  expect((await auth(browser(new Map([['_oauth2_proxy', 'junk']])), '', behindNginx)).status).toBe(401);
  const events = authLines().map((line) => JSON.parse(line) as Record<string, unknown>);
  const uri = '/reports/2024?code=[masked]&x=1';
  expect(events.filter(({ kind }) => kind === 'auth')).toMatchObject([
    { uri, status: 'AuthFailure', reason: 'allowed_groups_not_allowed', message: `Forbidden here: ${uri}` },
    { uri, status: 'AuthFailure', message: 'No session in the request' },
  ]);
  expect(flow.sidecar.log()).not.toContain('s3cret-of-a-page');
});

test('O-3: as text a refusal of this one page names it', async () => {
  const { auth, member } = await begun('text');
  await auth(await member(), '?allowed_groups=admins', behindNginx);
  expect(authLines().join('\n')).toContain('[AuthFailure] Forbidden here: /reports/2024?code=[masked]&x=1');
});
