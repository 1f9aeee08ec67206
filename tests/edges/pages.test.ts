// Does anything that a stranger sends act in one of our pages?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, navigationHeaders, type Answer } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { shapeOf } from '../support/markup-shape.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
const flows = new Map<string, Flow>();
beforeAll(async () => {
  idp = await bendableIdp();
});
afterAll(async () => {
  for (const flow of flows.values()) await flow.stop();
  await idp.close();
});

/** One service for each set of options: making one takes long. */
async function site(options: Options = {}): Promise<Flow> {
  const key = JSON.stringify(options);
  const flow = flows.get(key) ?? (await startFlow({ 'skip-provider-button': false, ...options }, idp));
  flows.set(key, flow);
  return flow;
}

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "'-alert(1)-'",
  '{{7000*7001}}${7000*7001}<%= 7000*7001 %>',
  '</title><script>alert(1)</script>',
  '</p></main><form action=//evil.com>',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '&lt;script&gt;&#60;b&#62;&quot;',
  '<!--<svg/onload=alert(1)>-->',
  '\u2028\u202e<b>',
  '%3Cscript%3Ealert(1)%3C/script%3E',
];

/** How a page with this text looks, against one with a harmless text in its place. */
type Place = (flow: Flow, text: string) => Promise<Answer>;

const callbackWith = (query: Readonly<Record<string, string>>) => `/oauth2/callback?${new URLSearchParams(query)}`;
const open = (flow: Flow, path: string, headers = {}) =>
  flow.open(browser(), path, { headers: { ...navigationHeaders, ...headers } });

const places: Readonly<Record<string, Place>> = {
  'rd of the sign-in page': (flow, text) => open(flow, `/oauth2/sign_in?rd=${encodeURIComponent(text)}`),
  'a path as rd': (flow, text) => open(flow, `/oauth2/sign_in?rd=${encodeURIComponent(`/x?${text}`)}`),
  'X-Auth-Request-Redirect': (flow, text) =>
    open(flow, '/oauth2/sign_in', { 'x-auth-request-redirect': Buffer.from(text).toString('latin1') }),
  'the path that was asked for': (flow, text) =>
    open(flow, `/x${encodeURI(text).replaceAll('%25', '%').replaceAll('//', '/')}`),
  error: (flow, text) => open(flow, callbackWith({ error: text })),
  'error, with a code of the list': (flow, text) => open(flow, callbackWith({ error: 'access_denied', state: text })),
  error_description: (flow, text) => open(flow, callbackWith({ error: 'access_denied', error_description: text })),
  error_uri: (flow, text) => open(flow, callbackWith({ error: 'access_denied', error_uri: text })),
  state: (flow, text) => open(flow, callbackWith({ code: 'x', state: text })),
  'the end of state': (flow, text) => open(flow, callbackWith({ code: 'x', state: `x:${text}` })),
  iss: (flow, text) => open(flow, callbackWith({ code: 'x', state: 'x:/', iss: text })),
  'X-Request-Id': (flow, text) =>
    open(flow, callbackWith({ error: 'x' }), { 'x-request-id': Buffer.from(text).toString('latin1') }),
  'X-Forwarded-Host': (flow, text) =>
    open(flow, callbackWith({ error: 'x' }), { 'x-forwarded-host': Buffer.from(text).toString('latin1') }),
};

/** Tags and attributes of a page with a harmless text. */
async function expectInert(flow: Flow, place: Place, payload: string): Promise<void> {
  const [harmless, attacked] = [await place(flow, 'harmless'), await place(flow, payload)];
  expect(attacked.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const shape = shapeOf(attacked.text);
  expect(shape.tags).toEqual(shapeOf(harmless.text).tags);
  for (const address of shape.addresses)
    expect(address).not.toMatch(/^\s*(?:javascript|data|vbscript):|^\/\/|evil\.com/i);
  expect(attacked.text).not.toContain('49007000'); // a template that was evaluated
}

describe.each(Object.entries(places))('O-1, M1, M3, M8, M22, P17: %s', (_, place) => {
  test.each(payloads)('%s is inert', async (payload) => {
    await expectInert(await site({ 'reverse-proxy': true }), place, payload);
  });
});

describe('O-1: what others choose', () => {
  test.each(payloads)('a user name of %s is inert', async (payload) => {
    const flow = await site({ 'allowed-group': 'nobody-is-in-this' });
    const denied: Place = async ({ idp }, text) => {
      idp.bends.claims = { ...idp.bends.claims, email: `${text}@example.com` };
      const answer = await flow.signIn(browser());
      expect(answer.status).toBe(403);
      return answer;
    };
    await expectInert(flow, denied, payload);
    flow.idp.reset();
  });

  test('a provider name with all of them is inert', async () => {
    const named: Place = async (_, text) => open(await site({ 'provider-display-name': text }), '/oauth2/sign_in');
    await expectInert(await site(), named, payloads.join(' ').replaceAll(/[\u2028\u202e]/g, ''));
  });

  test('while markup of the operator is theirs, to the byte', async () => {
    const footer = '<b class="own">Our footer & more</b>';
    const { text } = await open(await site({ footer, banner: '<i>Banner</i>' }), '/oauth2/sign_in');
    expect(text).toContain(footer);
    expect(text).toContain('<i>Banner</i>');
  });
});
