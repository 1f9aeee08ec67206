// The candidates for a return target, in the reference's order.
import { createServer, request, type OutgoingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readOriginalRequest, type OriginalRequestParts } from '../../src/request/original-request.ts';
import { queryOf, readParameters } from '../../src/request/parameters.ts';
import { returnTargets } from '../../src/request/read-return-to.ts';

const behindProxy: OriginalRequestParts = {
  reverseProxy: true,
  trustedProxyIps: [],
  realClientIpHeader: 'X-Real-IP',
  requestIdHeader: 'X-Request-Id',
  forwardedHeader: false,
};
const direct = { ...behindProxy, reverseProxy: false };
const elsewhere = { ...behindProxy, trustedProxyIps: ['192.0.2.1'] };
const targets = returnTargets({ whitelistDomains: ['.example.com', 'a.test:*'], proxyPrefix: '/oauth2' });

let parts = direct;
const server = createServer((req, res) => {
  const original = readOriginalRequest(parts)(req);
  const parameters = readParameters(queryOf(original.ownUri), { semicolons: false, rdToEnd: true });
  const readable = parameters.kind === 'ok' ? parameters : undefined;
  res.end(JSON.stringify(targets.read(req, original, readable)));
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => server.close());

function targetOf(path: string, headers: OutgoingHttpHeaders): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const all = { Host: 'app.example.com', ...headers };
    const sent = request({ host: '127.0.0.1', port, path, headers: all, agent: false }, async (res) => {
      resolve(JSON.parse((await res.toArray()).join('')));
    });
    sent.on('error', reject).end();
  });
}

const start = '/oauth2/start';
const header = 'X-Auth-Request-Redirect';
const forwarded = { 'X-Forwarded-Host': 'b.example.com', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Uri': '/foo?x=1' };

test.each<[string, OriginalRequestParts, string, OutgoingHttpHeaders, string]>([
  ['what was asked for', direct, '/foo?bar', {}, '/foo?bar'],
  ['an unreadable query', direct, '/x?q=%va', {}, '/x?q=%va'],
  ['our own endpoint', direct, '/oauth2/foo', {}, '/'],
  ['rd', direct, `${start}?rd=/x`, {}, '/x'],
  ['RD-5: the first rd', direct, `${start}?rd=/good&rd=//evil.test`, {}, '/good'],
  [
    'an rd with a raw ?',
    direct,
    `${start}?rd=https://app.example.com/x?y=1&z=2`,
    {},
    'https://app.example.com/x?y=1&z=2',
  ],
  ['an empty rd', direct, `${start}?rd=`, { [header]: '/h' }, '/h'],
  ['an evil rd', direct, `${start}?rd=//evil.test`, { [header]: '/h' }, '/h'],
  ['an evil rd and an evil header', direct, `${start}?rd=//evil.test`, { [header]: 'https://evil.test' }, '/'],
  ['the header, from anyone', elsewhere, start, { [header]: 'https://x.example.com/h' }, 'https://x.example.com/h'],
  ['rd before the header', direct, `${start}?rd=/rd`, { [header]: '/h' }, '/rd'],
  ['raw UTF-8 in the header', direct, start, { [header]: Buffer.from('/ä').toString('latin1') }, '/ä'],
  ['bytes that are no UTF-8', direct, start, { [header]: '/\xe4' }, '/%E4'],
  ['two lines of the header', direct, start, { [header]: ['/a', '/b'] }, '/'],
  ['RD-8: the header at our own endpoint', direct, start, { [header]: '/oauth2/sign_out' }, '/'],
  ['RD-8: absolute', direct, start, { [header]: 'https://app.example.com/oauth2/start?rd=/x' }, '/'],
  ['rd before all', behindProxy, `${start}?rd=/rd`, { ...forwarded, [header]: '/h' }, '/rd'],
  ['the header before X-Forwarded', behindProxy, start, { ...forwarded, [header]: '/h' }, '/h'],
  ['forwarded', behindProxy, start, forwarded, 'https://b.example.com/foo?x=1'],
  [
    'forwarded with a port',
    behindProxy,
    '/x',
    { ...forwarded, 'X-Forwarded-Host': 'a.test:8443' },
    'https://a.test:8443/foo?x=1',
  ],
  [
    'forwarded, our own endpoint',
    behindProxy,
    '/x',
    { ...forwarded, 'X-Forwarded-Uri': '/oauth2/y' },
    'https://b.example.com/',
  ],
  [
    'forwarded without URI',
    behindProxy,
    '/req?q=1',
    { ...forwarded, 'X-Forwarded-Uri': undefined },
    'https://b.example.com/req?q=1',
  ],
  ['forwarded without scheme', behindProxy, '/x', { ...forwarded, 'X-Forwarded-Proto': undefined }, '/foo?x=1'],
  ['forwarded, no host of ours', behindProxy, '/x', { ...forwarded, 'X-Forwarded-Host': 'evil.test' }, '/foo?x=1'],
  ['forwarded, the same host', behindProxy, '/x', { ...forwarded, 'X-Forwarded-Host': 'APP.example.com' }, '/foo?x=1'],
  ['forwarded URI alone', behindProxy, '/x', { 'X-Forwarded-Uri': '/only?y=2' }, '/only?y=2'],
  ['an evil forwarded URI', behindProxy, '/req?q=1', { 'X-Forwarded-Uri': '//evil.test/x' }, '/req?q=1'],
  ['an absolute forwarded URI', behindProxy, '/req?q=1', { 'X-Forwarded-Uri': 'https://evil.test/x' }, '/req?q=1'],
  [
    'a forwarded URI that completes a host',
    behindProxy,
    '/x',
    { ...forwarded, 'X-Forwarded-Uri': '.evil.test/' },
    '/x',
  ],
  ['a forwarded URI with user info', behindProxy, '/x', { ...forwarded, 'X-Forwarded-Uri': '@evil.test/' }, '/x'],
  ['H-4: forwarded by a stranger', elsewhere, '/req?q=1', forwarded, '/req?q=1'],
  ['H-4: forwarded without --reverse-proxy', direct, start, forwarded, '/'],
  ['as in the reference: a URL in the query that was asked for', direct, '/app?next=https://o.test/x', {}, '/'],
  [
    'RD-4: a URL in the query of the header',
    direct,
    start,
    { [header]: '/app?next=https://o.test/x' },
    '/app?next=https://o.test/x',
  ],
  ['N9: the fallback is judged', direct, '//evil.com/%2e%2e', {}, '/'],
  ['N9: the fallback with backslash', direct, '/\\evil.com', {}, '/'],
])('%s', async (_, given, path, headers, expected) => {
  parts = given;
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  expect(await targetOf(path, present)).toBe(expected);
});
