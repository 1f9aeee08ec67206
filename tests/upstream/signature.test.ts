// How are requests to upstreams signed? The first two answers are the reference's own (conformance: headers/signature).
import { createHmac } from 'node:crypto';
import type { SignatureKey } from '../../src/config/signature-key.ts';
import {
  cleanUp,
  echo,
  get,
  seenThrough,
  send,
  startFront,
  startUpstream,
  valuesOf,
} from '../support/upstream-front.ts';
import type { Handling } from '../../src/upstream/upstreams.ts';

afterEach(cleanUp);

const signatureKey: SignatureKey = { hash: 'sha256', key: 'secretkey' };
const user: Partial<Handling> = {
  requestHeaders: [['X-Forwarded-User', 'sha-user']],
  responseHeaders: [['Gap-Auth', 'sha-user']],
};
const credentials = 'Authorization: Basic c2hhLXVzZXI6c2hhLXBhc3MtMQ==';
const post = (...lines: string[]) => ['POST /x HTTP/1.1', 'Host: a', 'Connection: close', ...lines].join('\r\n');

/** The MAC over exactly these lines. */
const macOf = (lines: readonly string[], body = '') =>
  createHmac('sha256', 'secretkey')
    .update(Buffer.from(`${lines.join('\n')}\n${body}`, 'latin1'))
    .digest('base64');

/** Method, the eleven headers, target; most of them are empty. */
const text = (method: string, headers: Readonly<Record<number, string>>, target: string) => [
  method,
  ...Array.from({ length: 11 }, (_, at) => headers[at] ?? ''),
  target,
];

test.each<[string, string, string]>([
  ['a GET', get('/x?y=1', credentials), 'sha256 +YpQ8HLm6+rRU0HAZRW0FVsDCtQcKgb3sVODQ6RNe0I='],
  [
    'a form with a date and a checksum',
    post(
      credentials,
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 3',
      'Date: Mon, 01 Jan 2024 00:00:00 GMT',
      'Content-MD5: x',
      '',
      'a=b',
    ),
    'sha256 h565fF/cDPO1Ose6xCD7mOyHnJIjtoIzm0NGxctg5Lw=',
  ],
])('%s', async (_, bytes, signature) => {
  const front = await startFront([(await startUpstream(echo)).url], { ...user, signatureKey });
  const seen = await seenThrough(front, bytes);
  expect(valuesOf(seen, 'gap-signature')).toEqual([signature]);
  expect(valuesOf(seen, 'gap-auth')).toEqual(['sha-user']);
  expect(seen.body).toBe(bytes.endsWith('a=b') ? 'a=b' : '');
});

test.each<[string, string, string]>([
  [
    'a body in chunks',
    post('Transfer-Encoding: chunked', '', '3', 'abc', '2', 'de', '0', '', ''),
    macOf(text('POST', {}, '/x'), 'abcde'),
  ],
  ['a path with escapes', get('/a%20b%2fc?d=%20'), macOf(text('GET', {}, '/a b/c?d=%20'))],
  ['an empty query', get('/x?'), macOf(text('GET', {}, '/x'))],
  ['several cookies', get('/x', 'Cookie: a=1', 'Cookie: b=2'), macOf(text('GET', { 9: 'a=1; b=2' }, '/x'))],
])('%s of nobody', async (_, bytes, mac) => {
  const front = await startFront([(await startUpstream(echo)).url], { signatureKey });
  const seen = await seenThrough(front, bytes);
  expect(valuesOf(seen, 'gap-signature')).toEqual([`sha256 ${mac}`]);
  expect(valuesOf(seen, 'gap-auth')).toEqual(['']);
});

test('H-6: a signature of the client does not get through, however it is spelt', async () => {
  const front = await startFront([(await startUpstream(echo)).url], { ...user, signatureKey });
  const seen = await seenThrough(
    front,
    get('/x', 'GAP-Signature: sha256 theirs', 'GAP_Signature: theirs', 'Gap_Auth: admin'),
  );
  expect(seen.headers.filter(([name]) => /^gap/.test(name)).map(([name]) => name)).toEqual([
    'gap-auth',
    'gap-signature',
  ]);
  expect(JSON.stringify(seen.headers)).not.toMatch(/theirs|admin/);
});

test.each(['md5', 'sha1', 'sha224', 'sha384', 'sha512', 'ripemd160'] as const)('with %s', async (hash) => {
  const front = await startFront([(await startUpstream(echo)).url], { signatureKey: { hash, key: 'k' } });
  const [signature = ''] = valuesOf(await seenThrough(front, get('/x')), 'gap-signature');
  const expected = createHmac(hash, 'k')
    .update(`${text('GET', {}, '/x').join('\n')}\n`)
    .digest('base64');
  expect(signature).toBe(`${hash} ${expected}`);
});

test('V-1: a body that is too large to be held is refused, and nothing of it reaches the upstream', async () => {
  let calls = 0;
  const front = await startFront([(await startUpstream((_, res) => (calls++, res.end()))).url], { signatureKey });
  const exchange = send(front.port, post(`Content-Length: ${33 * 1024 * 1024}`, '', ''));
  const chunk = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < 33 && !exchange.isClosed(); sent++) exchange.socket.write(chunk);
  expect(await exchange.until('too large')).toMatch(/^HTTP\/1.1 413 /);
  expect([calls, front.problems.map(({ reason }) => reason)]).toEqual([0, ['body_too_large']]);
});

test('a client that gives up while its body is read causes no call and no problem', async () => {
  let calls = 0;
  const front = await startFront([(await startUpstream((_, res) => (calls++, res.end()))).url], { signatureKey });
  const exchange = send(front.port, post('Content-Length: 10', '', 'abc'));
  exchange.socket.end();
  await exchange.closed();
  expect([calls, front.problems]).toEqual([0, []]);
});

test('a request without a key is not signed', async () => {
  const front = await startFront([(await startUpstream(echo)).url], user);
  const seen = await seenThrough(front, get('/x'));
  expect([valuesOf(seen, 'gap-auth'), valuesOf(seen, 'gap-signature')]).toEqual([[], []]);
});
