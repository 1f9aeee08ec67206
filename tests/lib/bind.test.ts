// The specification of src/lib/bind.ts, seen by real sockets.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind, removeStaleSocket } from '../../src/lib/bind.ts';
import { parseListenAddress } from '../../src/lib/listen-address.ts';

let folder = '';
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bind-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) if (server.listening) server.close();
  rmSync(folder, { recursive: true });
});

async function bound(text: string): Promise<Server> {
  const server = createServer();
  servers.push(server);
  await bind(server, parseListenAddress(text), 'http-address');
  return server;
}

/** As a process leaves it that is killed. */
async function staleSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'close');
  expect(lstatSync(path).isSocket()).toBe(true);
}

test.each<[string, string, string]>([
  ['IPv4', 'tcp4://:0', '0.0.0.0'],
  ['IPv6', '[::1]:0', '::1'],
  ['both', ':0', '::'],
  ['one interface', 'http://127.0.0.1:0', '127.0.0.1'],
])('%s is listened at, with a port that the system picks', async (_, text, address) => {
  const server = await bound(text);
  expect(server.address()).toMatchObject({ address });
  expect((server.address() as AddressInfo).port).toBeGreaterThan(0);
});

test('an address that this machine does not have is named', async () => {
  await expect(bound('192.0.2.1:4180')).rejects.toThrow(
    'cannot listen on 192.0.2.1:4180 (--http-address): this machine has no such address',
  );
});

describe('a unix socket', () => {
  const path = () => join(folder, 's');

  test('that a killed process has left is taken over', async () => {
    await staleSocket(path());
    const server = await bound(`unix://${path()},mode=0600`);
    expect(server.address()).toBe(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test('where somebody listens is left alone', async () => {
    await bound(`unix://${path()}`);
    await expect(bound(`unix://${path()}`)).rejects.toThrow(
      `cannot listen on ${path()} (--http-address): the address is already in use: another process listens on this socket`,
    );
    await removeStaleSocket(parseListenAddress(`unix://${path()}`));
    expect(existsSync(path())).toBe(true);
  });

  test.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'precious')],
    ['a link to a socket', (path) => symlinkSync(join(folder, 'stale'), path)],
  ])('%s is never removed', async (_, make) => {
    await staleSocket(join(folder, 'stale'));
    make(path());
    await expect(bound(`unix://${path()}`)).rejects.toThrow('a file that is no socket exists already; remove it');
    expect(existsSync(path())).toBe(true);
  });

  test('has its mode before anybody could connect, and the process keeps its own', async () => {
    const before = process.umask();
    const server = createServer();
    servers.push(server);
    const listening = bind(server, parseListenAddress(`unix://${path()},mode=0660`), 'http-address');
    for (let tries = 0; !existsSync(path()) && tries < 1000; tries++) await new Promise((done) => setImmediate(done));
    expect([0o000, 0o660]).toContain(statSync(path()).mode & 0o777);
    await listening;
    expect(statSync(path()).mode & 0o777).toBe(0o660);
    expect(process.umask()).toBe(before);
  });

  test.each<[string, string]>([
    [`unix:///${'l'.repeat(120)}`, 'longer than the system allows'],
    ['unix:///nowhere/at/all.sock', 'there is no such folder'],
  ])('%s cannot be had', async (text, because) => {
    await expect(bound(text)).rejects.toThrow(because);
  });
});

test('a descriptor that is no socket is refused', async () => {
  await expect(bound('fd:900')).rejects.toThrow(/cannot listen on fd:900 \(--http-address\): /);
});
