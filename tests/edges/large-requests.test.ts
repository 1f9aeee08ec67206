// Is large, odd or compressed input refused cheaply?
import { deflateRawSync } from 'node:zlib';
import { sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import { ask, bytesOf, type Question } from '../support/ask.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { dial } from '../support/raw-client.ts';
import { cookieSecret } from '../support/sidecar.ts';

let flow: Flow;
let member: string;
beforeAll(async () => {
  flow = await startFlow();
  const { cookies } = await flow.member();
  member = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(() => flow.stop());

const asked = (question: Question) => ask(flow.sidecar.port, question);
const form = 'Content-Type: application/x-www-form-urlencoded';
const kib = (count: number) => 'x'.repeat(count * 1024);
const chunked = (size: number) => `${`400\r\n${kib(1)}\r\n`.repeat(size)}0\r\n\r\n`;
const endpoints = ['/oauth2/callback', '/oauth2/sign_in', '/oauth2/start', '/oauth2/sign_out'];

describe.each(endpoints)('V-2, L3: %s', (target) => {
  const post = { target, method: 'POST' };
  test.each<[string, Question, readonly number[]]>([
    ['a request line of 128 KiB', { target: `${target}?${kib(128)}` }, [431]],
    ['a header of 128 KiB', { target, lines: [`X-A: ${kib(128)}`] }, [431]],
    ['1000 headers', { target, lines: Array.from({ length: 1000 }, (_, i) => `X-${i}: y`) }, [431]],
    ['a form of 1 MiB', { ...post, lines: [form], body: `rd=${kib(1024)}` }, [413]],
    ['a form of 65 KiB', { ...post, lines: [form], body: `rd=${kib(65)}` }, [413]],
    [
      'a form of 10 MiB in chunks',
      { ...post, lines: [form, 'Transfer-Encoding: chunked'], body: chunked(10_240) },
      [413],
    ],
    ['L16: 101 parameters', { target: `${target}?${'a=1&'.repeat(101)}` }, [400]],
    ['L5: ten thousand parameters', { target: `${target}?${'a[]=&'.repeat(10_000)}` }, [400]],
    ['L16: 101 parameters in a form', { ...post, lines: [form], body: 'a=1&'.repeat(101) }, [400]],
    ['a damaged escape', { target: `${target}?rd=%zz` }, [400]],
  ])('refuses %s', async (_, question, statuses) => {
    const body = question.lines?.includes('Transfer-Encoding: chunked') ? { raw: question.body ?? '' } : undefined;
    const heard = body === undefined ? await asked(question) : await sendRaw(question, body.raw);
    expect(statuses).toContain(heard.status);
    expect(heard.ms).toBeLessThan(1000);
    expect((await asked({ lines: [`Cookie: ${member}`] })).status).toBe(202);
  });
});

/** A chunked body has no length to announce. */
async function sendRaw(question: Question, body: string) {
  const begun = performance.now();
  const exchange = dial(flow.sidecar.port, bytesOf({ ...question, body: '' }) + body);
  const text = await exchange.until(/^HTTP\/1\.1 \d{3} /);
  exchange.socket.destroy();
  return { status: Number(text.slice(9, 12)), ms: performance.now() - begun };
}

test.each<[string, readonly string[]]>([
  ['without a Content-Type', []],
  ['with an empty one', ['Content-Type:']],
  ['with one that is not a form', ['Content-Type: application/json']],
  ['with a damaged one', ['Content-Type: ;;;=\xff']],
  ['with multipart', ['Content-Type: multipart/form-data; boundary=x']],
])('M5: a POST to the callback %s is refused, and the process lives', async (_, lines) => {
  const { status } = await asked({ target: '/oauth2/callback', method: 'POST', lines, body: 'x' });
  expect(status).toBe(403);
  expect((await asked({ target: '/ping' })).status).toBe(200);
});

test('L16: what goes beyond the first 200 cookies costs nothing and counts for nothing', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => `${i}=1`).join('; ');
  expect((await asked({ lines: [`Cookie: ${many}`] })).status).toBe(401);
  for (const target of endpoints) {
    const heard = await asked({ target, lines: [`Cookie: ${many}`] });
    expect([target, heard.status < 500]).toEqual([target, true]);
    expect(heard.ms).toBeLessThan(500);
  }
});

const key = (name = '_oauth2_proxy') =>
  sealer({ secrets: fixedSecrets(cookieSecret), purpose: `session ${name}`, rememberedBytes: 0 });
const bomb = (megabytes: number) => deflateRawSync(Buffer.alloc(megabytes * 1024 * 1024, ' ')).toString('base64url');

test.each<[string, object]>([
  ['2 MiB of blanks', { z: bomb(2) }],
  ['30 MiB of blanks', { z: bomb(30) }],
  ['a bomb in a bomb', { z: deflateRawSync(JSON.stringify({ z: bomb(2) })).toString('base64url') }],
  ['2 MiB of blanks and no signature', { d1: bomb(2), s: '' }],
  ['30 MiB of blanks and no signature', { d1: bomb(30), s: '' }],
  ['nothing compressed', { z: '' }],
  ['what was never compressed', { z: 'AAAA' }],
  ['a number', { z: 7 }],
  ['something that is no session', { v: 1, hello: 'world' }],
])('V-5, M20: a seal of ours that holds %s is no session', async (_, data) => {
  const heard = await asked({ lines: [`Cookie: _oauth2_proxy=${await key().seal(data)}`] });
  expect(heard.status).toBe(401);
  expect(heard.ms).toBeLessThan(200);
});
