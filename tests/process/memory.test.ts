// Does memory stay flat, whatever strangers send?
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, bytesOf, type Question } from '../support/ask.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import { dial, type Exchange } from '../support/raw-client.ts';
import { endAll, startService } from './program.ts';

afterEach(endAll);

const megabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
const form = 'Content-Type: application/x-www-form-urlencoded';
const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;

async function arrived({ text, isClosed }: Exchange, count: number): Promise<void> {
  for (let tries = 0; text().split('HTTP/1.1 ').length <= count; tries++) {
    if (isClosed() || tries > 2000) throw new Error(`no answer ${count}`);
    await sleep(2);
  }
}

test('V-2, V-6: large requests and ten thousand strangers leave no traces in memory', async () => {
  const idp = await bendableIdp();
  const service = await startService([
    `--oidc-issuer-url=${idp.issuer}`,
    '--skip-provider-button',
    '--request-logging=false',
  ]);
  const post: Question = { method: 'POST', target: '/oauth2/sign_in', lines: [form] };

  async function large(): Promise<void> {
    await ask(service.port, { ...post, body: 'x'.repeat(1024 * 1024) });
    await ask(service.port, { target: `/oauth2/callback?${'x'.repeat(128 * 1024)}` });
    await ask(service.port, { lines: Array.from({ length: 1000 }, (_, i) => `X-${i}: y`) });
    const exchange = dial(service.port, bytesOf({ ...post, lines: [form, 'Transfer-Encoding: chunked'] }));
    for (let i = 0; i < 640; i++)
      if (exchange.socket.writable && !exchange.socket.write(chunk)) await new Promise((go) => setImmediate(go));
    await exchange.until('HTTP/1.1 413');
    exchange.socket.destroy();
  }
  async function strangers(): Promise<void> {
    const ways = ['/oauth2/start', '/oauth2/auth', '/nowhere', '/oauth2/callback?code=x&state=y:/'];
    const exchange = dial(service.port, '');
    for (let i = 1; i <= 500; i++) {
      const target = `${ways[i % ways.length]}${i % 4 === 3 ? '' : `?n=${Math.random()}`}`;
      const lines = [`X-Request-Id: ${Math.random()}`, `Cookie: c=${Math.random()}`, 'Connection: keep-alive'];
      exchange.socket.write(bytesOf({ target, lines, host: `h${i}.example` }));
      if (i % 50 === 0) await arrived(exchange, i);
    }
    exchange.socket.destroy();
  }

  for (let i = 0; i < 4; i++) await Promise.all([large(), strangers()]);
  const before = megabytes(service.pid);
  for (let i = 0; i < 12; i++) await Promise.all([large(), strangers()]);
  expect(megabytes(service.pid) - before).toBeLessThan(60);
  expect((await ask(service.port)).status).toBe(401);
  await idp.close();
}, 40_000);
