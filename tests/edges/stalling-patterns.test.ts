// Can a path make a pattern stall, and what do patterns for programs look at?
import { ask } from '../support/ask.ts';
import { startSidecar, type Sidecar } from '../support/sidecar.ts';
import { navigation } from '../support/recorder.ts';

let sidecar: Sidecar;
beforeAll(async () => {
  sidecar = await startSidecar({
    'oidc-issuer-url': 'http://127.0.0.1:9',
    'reverse-proxy': true,
    'skip-auth-route': ['^/(a+)+$', '^/(b|b)*c$', '^/(.*-)*d$'],
    'skip-auth-regex': ['^/(?i:E)+(e?){20}$'],
    'api-route': ['/api/', '^/(f+)+$'],
  });
});
afterAll(() => sidecar.stop());

test.each<[string, string]>([
  ['nested repetition', `/${'a'.repeat(30)}!`],
  ['nested repetition, long', `/${'a'.repeat(6000)}!`],
  ['equal alternatives', `/${'b'.repeat(40)}!`],
  ['a list', `/${'x-'.repeat(2000)}`],
  ['optional parts', `/${'e'.repeat(6000)}!`],
])('H-16, V-8: %s does not stall', async (_, uri) => {
  const lines = [`X-Forwarded-Uri: ${uri}`];
  await ask(sidecar.port, { lines: [`X-Forwarded-Uri: ${uri}x`] }); // the first run compiles
  const heard = await ask(sidecar.port, { lines });
  expect(heard.status).toBe(401);
  expect(heard.ms).toBeLessThan(50);
});

test('H-16, V-8: nor a pattern for programs', async () => {
  const lines = Object.entries(navigation).map(([name, value]) => `${name}: ${value}`);
  await ask(sidecar.port, { target: '/f', lines });
  expect((await ask(sidecar.port, { target: `/${'f'.repeat(6000)}!`, lines })).ms).toBeLessThan(100);
});

test('H-16: what matches still does', async () => {
  for (const uri of ['/aaa', '/bbc', '/x-d', '/eeE'])
    expect((await ask(sidecar.port, { lines: [`X-Forwarded-Uri: ${uri}`] })).status).toBe(202);
});

test.each<[string, string, boolean]>([
  ['a path for programs', '/api/x', true],
  ['the pattern in the query', '/page?x=/api/', false],
  ['the pattern behind an escape', '/page%3f/api/', true],
])('N6: --api-route looks at the path: %s', async (_, target, isProgram) => {
  const lines = Object.entries(navigation).map(([name, value]) => `${name}: ${value}`);
  const { status, body } = await ask(sidecar.port, { target, lines });
  // The provider is out, so that a sign-in is 503; a program would get 401 and no page.
  expect([status, body === '{}']).toEqual(isProgram ? [401, true] : [503, false]);
});
