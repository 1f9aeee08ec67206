// The specification of src/lib/listen.ts, seen by real clients.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseListenAddress } from '../../src/lib/listen-address.ts';
import { createListener, isUpgraded, type Handler, type Listener, type ListenerParts } from '../../src/lib/listen.ts';

const open: Listener[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(open.splice(0).map((listener) => listener.shutdown(0)));
});

const greet: Handler = (_, res) => res.end('hello');

async function start(parts: Partial<ListenerParts> = {}) {
  const listener = createListener({ handler: greet, ...parts });
  open.push(listener);
  await listener.listen(parseListenAddress('127.0.0.1:0'), 'http-address');
  return { listener, port: (listener.server.address() as AddressInfo).port };
}

/** A client that speaks bytes. */
function dial(port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  const client = { socket, text: '', closed: false };
  socket.on('data', (data) => (client.text += data.toString('latin1')));
  socket.on('end', () => (client.closed = true));
  socket.on('error', () => (client.closed = true));
  return client;
}

async function until(holds: () => boolean, ms = 3000): Promise<void> {
  for (const end = Date.now() + ms; !holds() && Date.now() < end;) await sleep(5);
}

const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: x\r\n`;

test.each<[string, string, string]>([
  ['V-2: a header block of 128 KiB', `${get()}A: ${'a'.repeat(128 * 1024)}\r\n\r\n`, 'HTTP/1.1 431 '],
  ['V-2: a request line of 128 KiB', `${get(`/${'a'.repeat(128 * 1024)}`)}\r\n`, 'HTTP/1.1 431 '],
  ['V-2: 1000 header lines', `${get()}${'A: b\r\n'.repeat(1000)}\r\n`, 'HTTP/1.1 431 '],
  ['no HTTP at all', 'hello\r\n\r\n', 'HTTP/1.1 400 '],
  [
    'both Content-Length and Transfer-Encoding',
    `${get()}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'HTTP/1.1 400 ',
  ],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 400 '],
])('%s is refused with a well-formed answer', async (_, bytes, status) => {
  const { port } = await start();
  const client = dial(port);
  client.socket.write(bytes);
  await until(() => client.closed);
  expect(client.text.startsWith(status)).toBe(true);
  expect(client.text).toMatch(/\r\nconnection: close\r\n/i);
  expect(client.text).toContain('\r\n\r\n');
  expect(client.closed).toBe(true);
});

test.each<[string, string]>([
  ['X-9: 31 KiB of cookies', `Cookie: ${'c'.repeat(31 * 1024)}\r\n`],
  ['63 KiB of headers', `A: ${'a'.repeat(63 * 1024)}\r\n`],
  ['400 header lines', 'A: b\r\n'.repeat(400)],
  ['L14: a header called __proto__', '__proto__: 1\r\nconstructor: 2\r\n'],
])('%s are taken', async (_, lines) => {
  const { port } = await start();
  const client = dial(port);
  client.socket.write(`${get()}${lines}\r\n`);
  await until(() => client.text.includes('hello'));
  expect(client.text).toContain('HTTP/1.1 200 OK');
});

test('V-1: connections stay open longer than nginx keeps them, headers must come within 10 s, bodies may take long', async () => {
  const { listener } = await start();
  const { keepAliveTimeout, headersTimeout, requestTimeout } = listener.server;
  expect(keepAliveTimeout).toBeGreaterThan(60_000);
  expect([headersTimeout, requestTimeout]).toEqual([10_000, 0]);
});

test('V-1: clients that drip headers are cut and do not hold others', async () => {
  const { port } = await start();
  const slow = Array.from({ length: 100 }, () => dial(port));
  const drip = setInterval(() => slow.forEach(({ socket }) => socket.writable && socket.write('A')), 1000);
  for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\n');

  const begun = Date.now();
  const quick = dial(port);
  quick.socket.write(`${get()}\r\n`);
  await until(() => quick.text.includes('hello'));
  expect(Date.now() - begun).toBeLessThan(1000);

  await until(() => slow.every(({ closed }) => closed), 16_000);
  clearInterval(drip);
  expect(slow.every(({ closed, text }) => closed && text.startsWith('HTTP/1.1 408 '))).toBe(true);
}, 25_000);

test('V-1: a body that nobody reads does not hold its connection by dripping in', async () => {
  const { port } = await start({ leftoverTimeoutMs: 100 });
  const client = dial(port);
  client.socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`);
  const drip = setInterval(() => client.socket.writable && client.socket.write('A'), 20);
  await until(() => client.closed);
  clearInterval(drip);
  expect(client.text).toContain('hello');
  expect(client.closed).toBe(true);
});

test('a busy port is named together with the option', async () => {
  const { port } = await start();
  const second = createListener({ handler: greet });
  await expect(second.listen(parseListenAddress(`127.0.0.1:${port}`), 'http-address')).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port} (--http-address): the address is already in use`,
  );
});

test('no address means no server', async () => {
  const listener = createListener({ handler: greet });
  await listener.listen({ kind: 'none' }, 'http-address');
  expect(listener.server.listening).toBe(false);
});

describe('a unix socket', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'listen-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('has the mode that was asked for, and is refused where somebody listens already', async () => {
    const address = parseListenAddress(`unix://${folder}/s,mode=0660`);
    const listener = createListener({ handler: greet });
    open.push(listener);
    await listener.listen(address, 'http-address');
    expect(statSync(join(folder, 's')).mode & 0o777).toBe(0o660);
    await expect(createListener({ handler: greet }).listen(address, 'http-address')).rejects.toThrow(
      `cannot listen on ${folder}/s (--http-address): the address is already in use: another process listens on this socket`,
    );
  });
});

describe('shutdown', () => {
  /** A server whose answers wait to be released. */
  async function startHeld() {
    const held: ServerResponse[] = [];
    const started = await start({ handler: (_, res) => void held.push(res) });
    return { ...started, held };
  }

  test('finishes what is in flight, with Connection: close, and ends at once where nothing is', async () => {
    const { listener, port, held } = await startHeld();
    const [idle, waiting] = [dial(port), dial(port)];
    waiting.socket.write(`${get()}\r\n`);
    await until(() => held.length === 1);

    let over = false;
    const shutdown = listener.shutdown(5000).then(() => (over = true));
    await until(() => idle.closed);
    expect([idle.closed, waiting.closed, over]).toEqual([true, false, false]);

    held[0]?.end('late but whole');
    await until(() => waiting.closed);
    expect(waiting.text).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*connection: close[^]*late but whole/i);
    waiting.socket.end();
    idle.socket.end();
    await shutdown;
  });

  test('an answer whose headers are out already is finished too, and its connection closed then', async () => {
    const { listener, port, held } = await startHeld();
    const client = dial(port);
    client.socket.write(`${get()}\r\n`);
    await until(() => held.length === 1);
    held[0]?.write('first ');
    await until(() => client.text.includes('first'));

    const shutdown = listener.shutdown(5000);
    held[0]?.end('last');
    await until(() => client.closed);
    expect(client.text).toMatch(/first [^]*last/);
    client.socket.end();
    await shutdown;
  });

  test('a large answer that the client reads slowly is not cut', async () => {
    const { listener, port, held } = await startHeld();
    const client = dial(port);
    client.socket.pause();
    client.socket.write(`${get()}\r\n`);
    await until(() => held.length === 1);
    const size = 20 * 1024 * 1024;
    held[0]?.end(Buffer.alloc(size, 'a'));
    const shutdown = listener.shutdown(5000);
    await sleep(50);
    client.socket.resume();
    await until(() => client.closed);
    expect(client.text.length).toBeGreaterThan(size);
    client.socket.end();
    await shutdown;
  });

  test('takes no new connection', async () => {
    const { listener, port } = await start();
    await listener.shutdown(1000);
    const client = dial(port);
    await until(() => client.closed);
    expect(client.text).toBe('');
    expect(client.closed).toBe(true);
  });

  test('cuts what is not done within the limit', async () => {
    const { listener, port, held } = await startHeld();
    const client = dial(port);
    client.socket.write(`${get()}\r\n`);
    await until(() => held.length === 1);
    const begun = Date.now();
    await listener.shutdown(200);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(190);
    expect(Date.now() - begun).toBeLessThan(2000);
    await until(() => client.closed);
    expect(client.closed).toBe(true);
  });
});

describe('WebSocket handshakes', () => {
  const handshake = `${get()}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

  test('H-7: reach the same handler as every other request', async () => {
    const { port } = await start({
      websockets: true,
      handler: (req, res) => void res.writeHead(isUpgraded(req) ? 403 : 200).end('no entry'),
    });
    const client = dial(port);
    client.socket.write(handshake);
    await until(() => client.closed);
    expect(client.text).toMatch(/^HTTP\/1.1 403 Forbidden\r\n[^]*no entry/);
    expect(client.text).toMatch(/connection: close/i);
  });

  test.each<[string, boolean, string]>([
    ['another protocol', true, handshake.replace('websocket', 'h2c')],
    ['another method', true, handshake.replace('GET', 'PUT')],
    ['WebSockets switched off', false, handshake],
  ])('with %s the request is an ordinary one', async (_, websockets, bytes) => {
    const { port } = await start({ websockets, handler: (req, res) => void res.end(`upgraded: ${isUpgraded(req)}`) });
    const client = dial(port);
    client.socket.write(bytes);
    await until(() => client.text.includes('upgraded'));
    expect(client.text).toContain('upgraded: false');
  });
});
