// Does the service end without cutting anybody off, and in time?
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, bytesOf } from '../support/ask.ts';
import { dial } from '../support/raw-client.ts';
import { endAll, startService } from './program.ts';

const held: ServerResponse[] = [];
const upstream = createServer((request, response) => {
  if (request.url === '/slow') held.push(response);
  else response.end('hello');
});
upstream.on('upgrade', (_, socket) =>
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
);
let upstreamFlag = '';

beforeAll(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  upstreamFlag = `--upstream=http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`;
});
afterEach(endAll);
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

const site = (...argv: readonly string[]) => startService([upstreamFlag, '--skip-auth-route=.*', ...argv]);
const keepAlive = (target: string) => bytesOf({ target, lines: ['Connection: keep-alive'] });

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds() && Date.now() < end;) await sleep(5);
  expect(holds()).toBe(true);
}

test('SIGTERM: what is under way is finished, idle connections end, nothing new is taken, the code is 0', async () => {
  const service = await site();
  held.length = 0;
  const idle = dial(service.port, keepAlive('/'));
  await idle.until('hello');
  const slow = dial(service.port, keepAlive('/slow'));
  await until(() => held.length === 1);

  service.signal('SIGTERM');
  await idle.closed();
  expect(slow.isClosed()).toBe(false);
  const refused = connect(service.port, '127.0.0.1');
  expect(await once(refused, 'error')).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);

  held[0]?.end('late but whole');
  const text = await slow.closed();
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*late but whole/);
  expect(text).toMatch(/\r\nconnection: close\r\n/i);
  const { code, out, err } = await service.ended();
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/"GET|GET .*"\/slow" .* 200 /); // its line was still written
});

test('--shutdown-timeout: what takes longer is cut, and the code is 0', async () => {
  const service = await site('--shutdown-timeout=1s');
  held.length = 0;
  const endless = dial(service.port, keepAlive('/slow'));
  await until(() => held.length === 1);
  const begun = performance.now();
  service.signal('SIGTERM');
  expect((await service.ended()).code).toBe(0);
  expect(performance.now() - begun).toBeGreaterThan(900);
  expect(performance.now() - begun).toBeLessThan(4000);
  await endless.closed();
});

test('a WebSocket holds nothing up', async () => {
  const service = await site();
  const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: eA=='];
  const tunnel = dial(service.port, bytesOf({ target: '/ws', lines }));
  await tunnel.until('101 Switching');
  const begun = performance.now();
  service.signal('SIGTERM');
  expect((await service.ended()).code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(5000);
});

describe('with a provider that does not answer', () => {
  const silent = createServer(() => {}); // takes requests and says nothing
  beforeAll(() => once(silent.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it while discovery is tried again, or hangs', async (signal) => {
    const hanging = `--oidc-issuer-url=http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    for (const argv of [[], [hanging]]) {
      const service = await startService(argv);
      expect((await ask(service.port)).status).toBe(401);
      expect((await ask(service.port, { target: '/ready' })).status).toBe(503);
      const begun = performance.now();
      service.signal(signal);
      expect((await service.ended()).code).toBe(0);
      expect(performance.now() - begun).toBeLessThan(3000);
    }
  });
});
