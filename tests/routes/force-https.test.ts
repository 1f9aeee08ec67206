// The specification of src/routes/force-https.ts, over HTTP, with the trust rules that the service has.
import type { AddressInfo } from 'node:net';
import { createListener, type Listener } from '../../src/lib/listen.ts';
import { readOriginalRequest } from '../../src/request/original-request.ts';
import { forceHttps } from '../../src/routes/force-https.ts';
import { ask, valuesOf } from '../support/ask.ts';
import { needs } from '../support/needs.ts';
import { askOverTls, startWorkshop } from '../support/tls.ts';

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.shutdown(0)));
});

const request = {
  reverseProxy: true,
  trustedProxyIps: ['127.0.0.1'],
  realClientIpHeader: 'X-Real-IP',
  requestIdHeader: '',
  forwardedHeader: false,
};

async function start(options: Partial<typeof request> = {}, tls?: { readonly cert: string; readonly key: string }) {
  const read = readOriginalRequest({ ...request, ...options });
  const force = forceHttps({ forceHttps: true, httpsPort: 8443 });
  const listener = createListener({
    handler: (req, res) => force?.(read(req), res) || res.end('passed'),
    ...(tls && { tls }),
  });
  open.push(listener);
  await listener.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, 'http-address');
  return (listener.server.address() as AddressInfo).port;
}

interface Case {
  readonly target?: string;
  readonly host?: string;
  readonly lines?: readonly string[];
  readonly options?: Partial<typeof request>;
  readonly from?: string;
}

const http = ['X-Forwarded-Proto: http'];
const https = ['X-Forwarded-Proto: https'];

test.each<[string, Case, string]>([
  ['344: a plain request leads to the same host', {}, 'https://app.example.test/x?y=1'],
  [
    '348: a port becomes that of the https listener',
    { host: 'app.example.test:8080' },
    'https://app.example.test:8443/x?y=1',
  ],
  ['IPv6', { host: '[::1]' }, 'https://[::1]/x?y=1'],
  ['IPv6 with a port', { host: '[::1]:80' }, 'https://[::1]:8443/x?y=1'],
  ['345, H-1: a stranger claims https', { lines: https, from: '127.0.0.2' }, 'https://app.example.test/x?y=1'],
  [
    '345, H-1: headers that nobody is believed',
    { lines: https, options: { reverseProxy: false } },
    'https://app.example.test/x?y=1',
  ],
  [
    '349: the host that the client asked for',
    { lines: [...http, 'X-Forwarded-Host: out.example'] },
    'https://out.example/x?y=1',
  ],
  [
    'H-1: a stranger names another host',
    { lines: ['X-Forwarded-Host: evil.example'], from: '127.0.0.2' },
    'https://app.example.test/x?y=1',
  ],
  [
    'the own target, not X-Forwarded-Uri (reference)',
    { lines: ['X-Forwarded-Uri: /other'] },
    'https://app.example.test/x?y=1',
  ],
  [
    'X-1 gives way: auth is sent there as well (reference)',
    { target: '/oauth2/auth' },
    'https://app.example.test/oauth2/auth',
  ],
  ['a probe is sent there as well (reference)', { target: '/ping' }, 'https://app.example.test/ping'],
])('%s: 308', async (_, { target = '/x?y=1', host, lines, options, from }, location) => {
  const port = await start(options);
  const heard = await ask(port, { target, ...(host && { host }), ...(lines && { lines }), ...(from && { from }) });
  expect([heard.status, valuesOf(heard, 'location')]).toEqual([308, [location]]);
});

test.each<[string, readonly string[]]>([
  ['346: a believed proxy says https', https],
  ['in any case', ['X-Forwarded-Proto: HTTPS']],
])('%s: it passes', async (_, lines) => {
  expect(await ask(await start(), { lines })).toMatchObject({ status: 200, body: 'passed' });
});

test.each([
  ['app.example.test/@evil.example'],
  ['evil.example\\app.example.test'],
  ['user@evil.example'],
  ['a b'],
  ['a.example, b.example'],
  ['evil.example?'],
  ['evil.example#'],
  [''],
])('RD-1: the host "%s" becomes no address', async (host) => {
  const heard = await ask(await start(), {
    target: '/x',
    lines: [`X-Forwarded-Host: ${host}`, 'X-Forwarded-Proto: http'],
  });
  const locations = valuesOf(heard, 'location').map((text) => new URL(text).host);
  expect([heard.status, locations]).toEqual(host === '' ? [308, ['app.example.test']] : [400, []]);
});

test('X-2: a body that is announced and not sent does not eat the next request', async () => {
  const lines = ['Connection: keep-alive', 'Content-Length: 15'];
  const heard = await ask(await start(), { method: 'POST', target: '/x', lines });
  expect([heard.status, valuesOf(heard, 'connection')]).toEqual([308, ['close']]);
  expect(heard.ms).toBeLessThan(5000);
});

test('without the option nobody is sent anywhere', () => {
  expect(forceHttps({ forceHttps: false, httpsPort: 443 })).toBeUndefined();
});

needs('openssl')('over TLS', () => {
  const workshop = startWorkshop();
  const pair = workshop.make('a');
  afterAll(() => workshop.close());

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['a request passes', {}, 200],
    ['347: a believed proxy says http', { 'x-forwarded-proto': 'http' }, 308],
    ['an empty header says nothing', { 'x-forwarded-proto': '' }, 200],
  ])('%s', async (_, headers, status) => {
    const port = await start({}, { cert: pair.cert, key: pair.key });
    expect((await askOverTls(port, { headers })).status).toBe(status);
  });
});
