// Is every cookie header answered at once, whatever is in it?
import { once } from 'node:events';
import { ask, bytesOf } from '../support/ask.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { dial } from '../support/raw-client.ts';

let flow: Flow;
let seal: string;
beforeAll(async () => {
  flow = await startFlow();
  const { cookies } = await flow.member();
  seal = cookies.get('_oauth2_proxy') ?? '';
});
afterAll(() => flow.stop());

/** The median of many answers on one connection. */
async function medianMs(cookie: string): Promise<{ statuses: Set<string>; ms: number }> {
  const exchange = dial(flow.sidecar.port, '');
  const bytes = bytesOf({ lines: [`Cookie: ${cookie}`, 'Connection: keep-alive'] });
  const times: number[] = [];
  for (let i = 1; i <= 21; i++) {
    const begun = performance.now();
    exchange.socket.write(bytes, 'latin1');
    await arrival(exchange, i);
    times.push(performance.now() - begun);
  }
  exchange.socket.destroy();
  const statuses = new Set(exchange.text().match(/(?<=HTTP\/1\.1 )\d{3}/g));
  return { statuses, ms: times.toSorted((a, b) => a - b)[10] ?? Number.NaN };
}

/** `until` looks every few milliseconds; this is about fewer. */
async function arrival({ socket, text }: ReturnType<typeof dial>, count: number): Promise<void> {
  while (text().split('\r\n\r\nUnauthorized\n').length <= count) {
    if (socket.destroyed) throw new Error(`the connection ended after ${text().slice(-300)}`);
    await once(socket, 'data', { signal: AbortSignal.timeout(2000) });
  }
}

/** Seals as ours begin and end, so that each has to be looked at; `n` makes them unlike. */
function forged(n: number, length = 300): string {
  const [prefix = '', secretId = '', ...rest] = seal.split('*');
  const [salt = '', iv = ''] = rest;
  const mac = `${String(n).padStart(42, 'm')}A~2`;
  return [prefix, secretId, salt, iv, 'd'.repeat(length), '', 'h'.repeat(43), mac].join('*');
}

const parts = (count: number, value: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `_oauth2_proxy_${i}=${value(i)}`).join('; ');

test.each<[string, () => string]>([
  ['only separators', () => ';'.repeat(30_000)],
  ['blanks and separators', () => ' ; '.repeat(10_000)],
  ['an equals sign', () => '='],
  ['a name', () => 'a'],
  ['our name alone', () => '_oauth2_proxy'],
  ['our name without a value', () => '_oauth2_proxy='],
  ['M9: a part with a huge number', () => '_oauth2_proxy_0=x; _oauth2_proxy_99999999=y'],
  ['M9: numbers that are none', () => '_oauth2_proxy_-1=x; _oauth2_proxy_1e9=y; _oauth2_proxy_0x1=z; _oauth2_proxy_=w'],
  ['300 parts', () => parts(300, () => 'x')],
  ['300 parts that begin as a seal does', () => parts(300, () => 'Fe26.2*')],
  ['names of prototypes', () => '__proto__=1; constructor=1; hasOwnProperty=1; toString=1'],
  ['bad base64', () => '_oauth2_proxy=%%%|1|==='],
  ["the reference's format", () => '_oauth2_proxy=eyJhbGciOiJub25lIn0=|1700000000|c2lnbmF0dXJl'],
  ['8-bit bytes', () => '_oauth2_proxy=\x80\xff\xfe; \xff=\xff'],
  ['a quote without an end', () => '_oauth2_proxy="'],
  ['60 KiB of one value', () => `_oauth2_proxy=${'x'.repeat(60_000)}`],
  ['60 KiB that begins and ends as a seal', () => `_oauth2_proxy=${forged(1, 60_000)}`],
  ['5000 cookies', () => Array.from({ length: 5000 }, (_, i) => `${i}=1`).join('; ')],
  ['5000 times our name', () => Array.from({ length: 3000 }, (_, i) => `_oauth2_proxy=${i}`).join('; ')],
  ['ten forged seals', () => Array.from({ length: 10 }, (_, i) => `_oauth2_proxy=${forged(i)}`).join('; ')],
  [
    'ten forged seals of 5 KiB',
    () => Array.from({ length: 10 }, (_, i) => `_oauth2_proxy=${forged(i, 5000)}`).join('; '),
  ],
  ['a forged seal and empty parts', () => `${parts(1, () => forged(1))}; ${parts(20, () => '')}`],
  [
    'parts of a forged seal in every combination, and empty ones',
    () => {
      const [a, b, c] = [forged(1).slice(0, 50), forged(1).slice(50, 250), forged(1).slice(250)];
      const twice = [a, b, c].flatMap((part, i) =>
        [part, part.replace('d', 'e')].map((p) => `_oauth2_proxy_${i}=${p}`),
      );
      return `${twice.join('; ')}; ${parts(20, () => '')}`;
    },
  ],
])('V-3: %s: 401 within 5 ms', async (_, cookie) => {
  const { statuses, ms } = await medianMs(cookie());
  expect([...statuses]).toEqual(['401']);
  expect(ms).toBeLessThan(5);
});

test('V-3: NUL makes a request none', async () => {
  const { status } = await ask(flow.sidecar.port, { lines: ['Cookie: _oauth2_proxy=\0'] });
  expect([400, 401]).toContain(status);
});

test('V-3, C-3: a good session among ten forged ones may count or not, but is found at once', async () => {
  const junk = Array.from({ length: 5 }, (_, i) => `_oauth2_proxy=${forged(i)}`).join('; ');
  const heard = await ask(flow.sidecar.port, { lines: [`Cookie: ${junk}; _oauth2_proxy=${seal}`] });
  expect(heard.status).toBe(202);
});
