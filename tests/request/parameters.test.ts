// Queries and forms are read as the reference reads them.
import { once } from 'node:events';
import { createServer, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem } from '../../src/lib/problem.ts';
import { queryOf, readAllParameters, readParameters } from '../../src/request/parameters.ts';
import { findRawRd, rawRdValue } from '../../src/request/raw-rd.ts';

const plain = { semicolons: false };

test.each<[string, string, readonly string[]]>([
  ['nothing', '', []],
  ['one', 'a=1', ['1']],
  ['several, in order', 'a=1&b=2&a=3', ['1', '3']],
  ['without a value', 'a&a=', ['', '']],
  ['+ is a blank', 'a=x+y', ['x y']],
  ['escapes are decoded once', 'a=%2541', ['%41']],
  ['an escaped name', '%61=1', ['1']],
  ['an escaped semicolon', 'a=%3B', [';']],
  ['UTF-8', 'a=%C3%A4', ['ä']],
  ['raw bytes, as Node hands them over', 'a=\xc3\xa4', ['ä']],
  ['empty pairs', '&&a=1&', ['1']],
  ['a lone =', '=&a=1', ['1']],
])('values of a: %s', (_, query, expected) => {
  const parameters = readParameters(query, plain);
  if (parameters.kind !== 'ok') throw new Error(parameters.because);
  expect(parameters.getAll('a')).toEqual(expected);
  expect(parameters.get('a')).toBe(expected[0]);
});

test.each([
  ['a % at the end', 'a=%', 'escape'],
  ['no hex digits', 'a=%zz', 'escape'],
  ['one hex digit', 'b=1&a=%4', 'escape'],
  ['no hex digits in a name', '%zz=1', 'escape'],
  ['a semicolon', 'a=1;rd=/x', 'semicolon'],
  ['L16: 101 parameters', Array(101).fill('a=1').join('&'), 'too_many'],
])('unreadable: %s', (_, query, because) => {
  expect(readParameters(query, plain)).toEqual({ kind: 'invalid', because });
});

test('semicolons separate where they are allowed', () => {
  const parameters = readParameters('a=1;rd=/x', { semicolons: true });
  expect(parameters.kind === 'ok' && parameters.get('rd')).toBe('/x');
});

test('L5, L16: ten thousand parameters are refused in no time', () => {
  const query = 'a[]=x&'.repeat(10_000);
  const started = performance.now();
  expect(readParameters(query, plain).kind).toBe('invalid');
  expect(performance.now() - started).toBeLessThan(50);
});

test('a parameter called __proto__ is a parameter', () => {
  const parameters = readParameters('__proto__=1&constructor=2', plain);
  expect(parameters.kind === 'ok' && [parameters.get('__proto__'), parameters.get('toString')]).toEqual([
    '1',
    undefined,
  ]);
});

function rawRd(query: string, options: { readonly semicolons: boolean }): string | undefined {
  const rd = findRawRd(query, options);
  return rd && rawRdValue(rd.written);
}

test.each<[string, string, string | undefined]>([
  ['a deep link', 'rd=https://a.test/x?y=1&z=2', 'https://a.test/x?y=1&z=2'],
  ['behind other parameters', 'a=1&rd=/x?y=1&z=2', '/x?y=1&z=2'],
  ['escapes stay as they were in the target', 'rd=/a%20b?x=%26&y=a+b', '/a%20b?x=%26&y=a+b'],
  ['what would be unreadable as a parameter', 'rd=/x?y=1;z=%zz', '/x?y=1;z=%zz'],
  ['a further rd belongs to the target', 'rd=/x?y&rd=//evil.test', '/x?y&rd=//evil.test'],
  ['raw UTF-8', 'rd=/\xc3\xa4?x', '/ä?x'],
  ['encoded in part', 'rd=https%3A%2F%2Fa.test/x?y=1&z=2', 'https://a.test/x?y=1&z=2'],
  ['encoded in full', 'rd=%2Fx%3Fy%3D1&z=2', undefined],
  ['no query in the target', 'rd=/x&z=?', undefined],
  ['the first rd decides', 'rd=/x&rd=/y?z', undefined],
  ['another name', 'xrd=/y?z', undefined],
  ['no rd', 'a=?', undefined],
  ['nothing', '', undefined],
])('RD-7: raw rd: %s', (_, query, expected) => {
  expect(rawRd(query, plain)).toBe(expected);
  const read = readParameters(query, { ...plain, rdToEnd: true });
  if (expected !== undefined) expect(read.kind === 'ok' && read.getAll('rd')).toEqual([expected]);
});

test('a raw rd leaves the parameters before it, and hides none where no target is read', () => {
  const query = 'allowed_groups=a&rd=/x?y&allowed_emails=b';
  const toEnd = readParameters(query, { ...plain, rdToEnd: true });
  const whole = readParameters(query, plain);
  expect(toEnd.kind === 'ok' && [toEnd.get('allowed_groups'), toEnd.get('allowed_emails')]).toEqual(['a', undefined]);
  expect(whole.kind === 'ok' && whole.get('allowed_emails')).toBe('b');
});

test('a raw rd ends at no semicolon either', () => {
  expect(rawRd('a=1;rd=/x?y;z', { semicolons: true })).toBe('/x?y;z');
});

test.each([
  ['/a?b=c', 'b=c'],
  ['/a?', ''],
  ['/a', ''],
  ['/a?b?c', 'b?c'],
])('query of %s', (uri, expected) => {
  expect(queryOf(uri)).toBe(expected);
});

describe('forms', () => {
  /** Answers with what it read of `a`, or the status of the problem. */
  const server = createServer((req, res) => {
    readAllParameters(req, { ...plain, rdToEnd: true }).then(
      (read) => res.end(JSON.stringify(read.kind === 'ok' ? read.getAll('a') : read.because)),
      (problem: unknown) => {
        res.statusCode = problem instanceof Problem ? problem.status : 500;
        res.end(JSON.stringify('problem'));
      },
    );
  });
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => server.close());

  function send(options: RequestOptions, body: string | undefined): Promise<{ status: number; json: unknown }> {
    return new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const sent = request({ host: '127.0.0.1', port, method: 'POST', agent: false, ...options }, async (res) => {
        const text = (await res.toArray()).join('');
        resolve({ status: res.statusCode ?? 0, json: JSON.parse(text) });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const withCharset = { 'Content-Type': 'Application/X-WWW-Form-Urlencoded; charset=utf-8' };

  test.each<[string, RequestOptions, string | undefined, unknown]>([
    ['the form comes before the query', { path: '/?a=2', headers: form }, 'a=1', ['1', '2']],
    ['with a charset, in capitals', { path: '/', headers: withCharset }, 'a=x+y', ['x y']],
    ['PUT and PATCH too', { method: 'PATCH', path: '/', headers: form }, 'a=1', ['1']],
    ['GET has no form', { method: 'GET', path: '/?a=2', headers: { ...form, 'Content-Length': 3 } }, 'a=1', ['2']],
    ['an empty form', { path: '/?a=2', headers: form }, '', ['2']],
    ['raw UTF-8 in a form', { path: '/', headers: form }, 'a=ä', ['ä']],
    ['M5: no Content-Type', { path: '/?a=2' }, 'a=1', ['2']],
    ['M5: an empty Content-Type', { path: '/?a=2', headers: { 'Content-Type': '' } }, 'a=1', ['2']],
    ['F-7: JSON is no form', { path: '/?a=2', headers: { 'Content-Type': 'application/json' } }, '{"a":1}', ['2']],
    ['a form that is unreadable', { path: '/', headers: form }, 'a=%', 'escape'],
    ['a readable form and an unreadable query', { path: '/?a=%', headers: form }, 'a=1', 'escape'],
  ])('%s', async (_, options, body, expected) => {
    expect(await send(options, body)).toEqual({ status: 200, json: expected });
  });

  const half = 'x'.repeat(32 * 1024);
  test.each<[string, RequestOptions, string]>([
    [
      '65 KiB with a length',
      { headers: { ...form, 'Content-Length': 65 * 1024 } },
      `a=${half}${half}`.padEnd(65 * 1024),
    ],
    ['10 MiB in chunks', { headers: { ...form, 'Transfer-Encoding': 'chunked' } }, half.repeat(320)],
  ])('V-2, F-7: %s are refused with 413', async (_, options, body) => {
    expect((await send(options, body)).status).toBe(413);
  });

  test('V-2: 64 KiB are read', async () => {
    const { json } = await send({ headers: form }, `a=${'x'.repeat(64 * 1024 - 2)}`);
    expect(json).toEqual(['x'.repeat(64 * 1024 - 2)]);
  });
});
