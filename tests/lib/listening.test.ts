// The specification of src/lib/listening.ts: one service at several addresses, seen by real clients.
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUpgraded } from '../../src/lib/listen.ts';
import { startListening, type Listening, type Service } from '../../src/lib/listening.ts';
import { createLogger } from '../../src/lib/logger-winston.ts';
import { collector, defaults, noonMs } from './logged.ts';
import { dial } from '../support/raw-client.ts';
import { needs } from '../support/needs.ts';
import { askOverTls, greeter, shakeHands, startWorkshop, type MadePair, type Workshop } from '../support/tls.ts';

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.shutdown(0)));
});

interface Wanted extends Partial<Pick<Service, 'handler' | 'websockets'>> {
  readonly plain?: string;
  readonly secure?: string;
  readonly tls?: Partial<Service['secure']['tls']>;
}

async function start({ plain = '', secure = '', tls = {}, ...more }: Wanted) {
  const written = collector();
  const logger = createLogger({
    log: { ...defaults, logLevel: 'debug' },
    streams: { out: written.stream, err: written.stream },
    clock: () => noonMs,
  });
  const listening = await startListening({
    name: 'listener',
    handler: (_, res) => res.end('hello'),
    logger,
    plain: { address: plain, option: 'http-address' },
    secure: { address: secure, option: 'https-address', tls: { cert: '', key: '', minVersion: 'TLSv1.2', ...tls } },
    ...more,
  });
  open.push(listening);
  return { ...listening, lines: written.lines };
}

const askPlainly = (port: number) =>
  new Promise<number>((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (res) => resolve(res.resume().statusCode ?? 0)).on('error', reject);
  });

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds() && Date.now() < end;) await sleep(5);
  expect(holds()).toBe(true);
}

test('a plain listener alone', async () => {
  const { ports, addresses } = await start({ plain: '127.0.0.1:0' });
  expect(await askPlainly(ports[0] ?? 0)).toBe(200);
  expect(addresses).toEqual([`127.0.0.1:${ports[0]}`]);
});

test('a socket of systemd that nobody has handed over is refused', async () => {
  await expect(start({ plain: 'fd:3' })).rejects.toThrow(
    'cannot listen on fd:3 (--http-address): systemd has handed over no socket: LISTEN_FDS and LISTEN_PID are not set',
  );
});

needs('openssl')('with TLS', () => {
  let workshop: Workshop;
  const made = new Map<string, MadePair>();
  const pair = (name: 'ec' | 'rsa') => {
    const found = made.get(name);
    if (!found) throw new Error('the certificate was not made');
    return { cert: found.certFile, key: found.keyFile };
  };
  beforeAll(() => {
    workshop = startWorkshop();
    made.set('ec', workshop.make('ec')).set('rsa', workshop.make('rsa', 'rsa:2048'));
  });
  afterAll(() => workshop.close());

  const startSecure = (wanted: Wanted = {}) =>
    start({ secure: '127.0.0.1:0', ...wanted, tls: { ...pair('ec'), ...wanted.tls } });

  test('both at once', async () => {
    const { ports, addresses } = await startSecure({ plain: '127.0.0.1:0' });
    const [plain = 0, secure = 0] = ports;
    expect(await askPlainly(plain)).toBe(200);
    expect(await askOverTls(secure)).toMatchObject({ status: 200, body: 'hello' });
    expect(addresses).toHaveLength(2);
  });

  test('where one address cannot be had nothing is left listening', async () => {
    const { ports } = await start({ plain: '127.0.0.1:0' });
    await expect(startSecure({ plain: '127.0.0.1:0', secure: `127.0.0.1:${ports[0]}` })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${ports[0]} (--https-address): the address is already in use`,
    );
    await expect(startSecure({ tls: { key: pair('rsa').key } })).rejects.toThrow(
      `${pair('rsa').key} holds a key that does not belong to the certificate`,
    );
    await expect(startSecure({ tls: { cert: '/nowhere.crt' } })).rejects.toThrow(/no such file.*\/nowhere\.crt/);
  });

  test.each<[string, Wanted, Readonly<Record<string, boolean>>]>([
    ['by default', {}, { 'TLSv1.1': false, 'TLSv1.2': true, 'TLSv1.3': true }],
    ['TLS 1.3 alone', { tls: { minVersion: 'TLSv1.3' } }, { 'TLSv1.2': false, 'TLSv1.3': true }],
    ['suites of TLS 1.3 alone', { tls: { ciphers: 'TLS_AES_128_GCM_SHA256' } }, { 'TLSv1.2': false, 'TLSv1.3': true }],
  ])('versions %s', async (_, wanted, expected) => {
    const { ports } = await startSecure(wanted);
    const taken = Object.keys(expected).map(async (version) => {
      const bounds = { minVersion: version, maxVersion: version } as { minVersion: 'TLSv1.2'; maxVersion: 'TLSv1.2' };
      const socket = await shakeHands(ports[0] ?? 0, { ...bounds, ciphers: 'DEFAULT@SECLEVEL=0' }).catch(
        () => undefined,
      );
      socket?.destroy();
      return [version, socket !== undefined] as const;
    });
    expect(Object.fromEntries(await Promise.all(taken))).toEqual(expected);
  });

  test.each([
    ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA'],
    ['AES128-SHA', 'AES128-SHA'],
  ])('the suite %s is the one that is used with TLS 1.2', async (suite, expected) => {
    const { ports } = await startSecure({ tls: { ...pair('rsa'), ciphers: `TLS_AES_128_GCM_SHA256:${suite}` } });
    const socket = await shakeHands(ports[0] ?? 0, { maxVersion: 'TLSv1.2', ciphers: 'ALL' });
    expect(socket.getCipher().name).toBe(expected);
    socket.destroy();
  });

  test('HTTP/2 is not offered (reference: ALPN http/1.1 only)', async () => {
    const { ports } = await startSecure();
    const socket = await shakeHands(ports[0] ?? 0, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
    await expect(shakeHands(ports[0] ?? 0, { ALPNProtocols: ['h2'] })).rejects.toThrow(/no application protocol/);
  });

  test('L15: no name and no protocol that a client asks for brings it down', async () => {
    const { ports } = await startSecure();
    const [port = 0] = ports;
    for (const servername of ['x'.repeat(255), '__proto__', 'a..b', 'ü.example', '*', 'localhost.'])
      await greeter(port, { servername }).catch(() => {});
    for (const protocol of ['__proto__', 'a'.repeat(255), '\r\n'])
      await shakeHands(port, { ALPNProtocols: [protocol] }).catch(() => {});
    expect(await askOverTls(port)).toMatchObject({ status: 200 });
  });

  test('what is no handshake is told at debug, never as an error, and ends the connection without an answer', async () => {
    const { ports, lines } = await startSecure();
    const spoken = await dial(ports[0] ?? 0, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n').closed();
    expect(spoken).not.toContain('HTTP/1.1');
    await until(() => lines().some((line) => line.includes('a TLS handshake came to nothing')));
    expect(lines().filter((line) => /ERROR|failed/i.test(line))).toEqual([]);
    expect(lines().join('\n')).toMatch(/client=127\.0\.0\.1|127\.0\.0\.1/);
  });

  test('V-1, V-2, X-9: the limits are those of the plain listener', async () => {
    const { ports } = await startSecure();
    const [port = 0] = ports;
    const withHeaders = (headers: Readonly<Record<string, string>>) => askOverTls(port, { headers });
    expect((await withHeaders({ cookie: 'c'.repeat(31 * 1024) })).status).toBe(200);
    expect((await withHeaders({ a: 'a'.repeat(128 * 1024) })).status).toBe(431);
    const lines = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`a${i}`, 'b']));
    expect((await withHeaders(lines)).status).toBe(431);
    expect((await withHeaders({ ['__proto__x']: '1', constructor: '2' })).status).toBe(200); // L14
  });

  test('V-1: a client that never finishes its handshake is cut and holds nobody', async () => {
    const { ports } = await startSecure();
    const [port = 0] = ports;
    const slow = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
    let cut = 0;
    for (const socket of slow)
      socket
        .on('error', () => {})
        .on('close', () => cut++)
        .resume();
    for (const socket of slow) socket.write(Buffer.from([0x16, 3, 1]));
    expect(await askOverTls(port)).toMatchObject({ status: 200 });
    for (const end = Date.now() + 14_000; cut < slow.length && Date.now() < end;) await sleep(50);
    expect(cut).toBe(slow.length);
  }, 20_000);

  test('WebSockets are taken', async () => {
    const { ports } = await startSecure({
      websockets: true,
      handler: (req, res) => (isUpgraded(req) ? req.socket.end('tunnel') : res.end('hello')),
    });
    const socket = await shakeHands(ports[0] ?? 0);
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await until(() => text === 'tunnel');
  });

  test('the end lets an answer that is under way finish, and cuts half a handshake', async () => {
    const held: (() => void)[] = [];
    const { ports, shutdown } = await startSecure({ handler: (_, res) => void held.push(() => res.end('late')) });
    const [port = 0] = ports;
    const waiting = askOverTls(port);
    await until(() => held.length === 1);
    const half = connect(port, '127.0.0.1');
    let isCut = false;
    half
      .on('error', () => {})
      .on('close', () => (isCut = true))
      .resume();
    half.write(Buffer.from([0x16, 3, 1]));
    const over = shutdown(5000);
    held[0]?.();
    expect((await waiting).body).toBe('late');
    await over;
    await until(() => isCut);
    await expect(askOverTls(port)).rejects.toThrow('ECONNREFUSED');
  });
});
