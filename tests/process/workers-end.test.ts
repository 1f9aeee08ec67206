// How does the service end, with one process and with several?
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, bytesOf } from '../support/ask.ts';
import { dial } from '../support/raw-client.ts';
import { endAll, freePort, good, launch, startService } from './program.ts';

const held: ServerResponse[] = [];
const upstream = createServer((request, response) => {
  if (request.url === '/slow') held.push(response);
  else request.resume().on('end', () => response.end('hello'));
});

beforeAll(async () => once(upstream.listen(0, '127.0.0.1'), 'listening'));
beforeEach(() => void (held.length = 0));
afterEach(endAll);
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

const site = (...argv: readonly string[]) =>
  startService([
    `--upstream=http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`,
    '--skip-auth-route=.*',
    ...argv,
  ]);
const keepAlive = (target: string, method = 'GET') =>
  bytesOf({ target, method, lines: ['Connection: keep-alive', ...(method === 'POST' ? ['Content-Length: 0'] : [])] });

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds() && Date.now() < end;) await sleep(5);
  expect(holds()).toBe(true);
}

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
}

function isAlive(pid: string): boolean {
  try {
    // A child that has ended and is not yet known to have is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe.each([
  ['one process', []],
  ['two workers', ['--workers=2']],
])('%s', (_, workers) => {
  test('SIGTERM: what is under way is finished, and an idle connection may still bring one request, told to close', async () => {
    const service = await site(...workers);
    const idle = dial(service.port, keepAlive('/'));
    await idle.until('hello');
    const slow = dial(service.port, keepAlive('/slow'));
    await until(() => held.length === 1);
    service.signal('SIGTERM');
    await service.says('stopping: requests under way are finished first');
    await sleep(50);
    // nginx may have sent this one before it could know; a POST it does not send again.
    idle.socket.write(keepAlive('/late', 'POST'));
    expect(await idle.closed()).toMatch(/hello.*HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*hello/is);
    expect((await ask(service.port).catch(() => ({ status: 0 }))).status).toBe(0);
    held[0]?.end('late but whole');
    expect(await slow.closed()).toMatch(/connection: close\r\n[^]*late but whole/i);
    expect(await service.ended()).toMatchObject({ code: 0, err: '' });
  });

  test('--shutdown-delay: it says at once that it is not ready, and serves on so long', async () => {
    const service = await site(...workers, '--shutdown-delay=1500ms', '--ready-path=/r');
    const begun = performance.now();
    service.signal('SIGTERM');
    await service.says('stopping: requests under way are finished first');
    await sleep(100);
    for (let i = 0; i < 6; i++) {
      const ready = await ask(service.port, { target: '/r' });
      expect([ready.status, ready.body]).toEqual([503, 'error: the service is stopping\n']);
      expect((await ask(service.port, { target: '/ping' })).status).toBe(200);
      expect((await ask(service.port, { target: '/' })).body).toBe('hello');
    }
    expect((await service.ended()).code).toBe(0);
    expect(performance.now() - begun).toBeGreaterThan(1400);
  });

  test('a second signal ends it at once, with a code that tells', async () => {
    const service = await site(...workers);
    const pids = childrenOf(service.pid);
    expect(pids).toHaveLength(workers.length * 2);
    dial(service.port, keepAlive('/slow'));
    await until(() => held.length === 1);
    service.signal('SIGTERM');
    await service.says('stopping: requests under way are finished first');
    const begun = performance.now();
    service.signal('SIGINT');
    expect((await service.ended()).code).toBe(1);
    expect(performance.now() - begun).toBeLessThan(5000); // --shutdown-timeout is 30 s
    await until(() => !pids.some(isAlive));
  });

  test('--shutdown-timeout bounds it', async () => {
    const service = await site(...workers, '--shutdown-timeout=500ms');
    dial(service.port, keepAlive('/slow'));
    await until(() => held.length === 1);
    service.signal('SIGTERM');
    const begun = performance.now();
    expect((await service.ended()).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  test('SIGTERM during the start ends it in peace', async () => {
    // A line that is written before anything listens tells when.
    const argv = [
      ...good,
      ...workers,
      '--redirect-url=/oauth2/callback',
      `--http-address=127.0.0.1:${await freePort()}`,
    ];
    const service = launch(argv, {});
    await service.says('--redirect-url has no host');
    service.child.kill('SIGTERM');
    expect(await service.ended()).toMatchObject({ code: 0, err: '' });
  });
});

test('workers end with the process that began them', async () => {
  const service = await site('--workers=2');
  const pids = childrenOf(service.pid);
  service.signal('SIGKILL');
  await until(() => !pids.some(isAlive));
});

test('every process may get the signal, as from a terminal or a control group', async () => {
  const service = await site('--workers=2');
  const slow = dial(service.port, keepAlive('/slow'));
  await until(() => held.length === 1);
  for (const pid of childrenOf(service.pid)) process.kill(Number(pid), 'SIGINT');
  service.signal('SIGINT');
  await sleep(100);
  held[0]?.end('late but whole');
  expect(await slow.closed()).toContain('late but whole');
  expect(await service.ended()).toMatchObject({ code: 0, err: '' });
});
