// Where does the program listen? With real certificates, sockets and what systemd would do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, bytesOf } from '../support/ask.ts';
import { needs } from '../support/needs.ts';
import { askOverTls, greeter, startWorkshop, type MadePair, type Workshop } from '../support/tls.ts';
import { keepForSecretSearch } from '../support/written.ts';
import { endAll, freePort, good, run, startService } from './program.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
afterEach(endAll);

function pingAt(socketPath: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/ping' }, (res) => resolve(res.resume().statusCode ?? 0))
      .on('error', reject)
      .end();
  });
}

describe('a unix socket', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-socket-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const flag = () => `--http-address=unix://${folder}/s,mode=0660`;

  test('is taken over after kill -9, has its mode, and is gone after the end', async () => {
    const path = join(folder, 's');
    const killed = await startService([flag()]);
    expect(await pingAt(path)).toBe(200);
    killed.signal('SIGKILL');
    await killed.ended();
    expect(existsSync(path)).toBe(true);

    const service = await startService([flag()]);
    expect(await pingAt(path)).toBe(200);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    const { code, err } = await run([...good, flag()]); // a second one
    expect([code, err]).toEqual([1, expect.stringContaining('another process listens on this socket')]);
    expect(await pingAt(path)).toBe(200);
    service.signal('SIGTERM');
    expect((await service.ended()).code).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(service.out()).toMatch(/^@ - .* "\/ping" /m);
  });
});

describe('a socket of systemd', () => {
  /** Starts it as systemd does: the socket is descriptor 3, and two variables say so. */
  async function activated(flags: readonly string[], variables = 'LISTEN_FDS=1 LISTEN_PID=$$') {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
    const child = spawn('sh', ['-c', `${variables} exec "$0" "$@"`, process.execPath, main, ...good, ...flags], {
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe', fd],
    });
    server.close(); // only the child shall take connections
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (text += data.toString()));
    const ended = once(child, 'close').then(() => {
      keepForSecretSearch(text);
      return child.exitCode;
    });
    return { port, child, ended, text: () => text };
  }

  test('is listened at, also for connections that came before', async () => {
    const { port, child, ended, text } = await activated(['--http-address=fd:3']);
    expect(await ask(port, { target: '/ping' })).toMatchObject({ status: 200, body: 'OK' }); // waits in the queue
    expect(text()).toMatch(/listens.*fd:3/);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const refused = connect(port, '127.0.0.1');
    expect(await once(refused, 'error')).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
  });

  test('that is meant for another process is left alone', async () => {
    const { ended, text } = await activated(['--http-address=fd:3'], 'LISTEN_FDS=1 LISTEN_PID=1');
    expect(await ended).toBe(1);
    expect(text()).toContain('cannot listen on fd:3 (--http-address): the sockets are meant for process 1');
  });
});

needs('openssl')('https', () => {
  let workshop: Workshop;
  let pair: MadePair;
  beforeAll(() => {
    workshop = startWorkshop();
    pair = workshop.make('first');
  });
  afterAll(() => workshop.close());
  const files = (of: MadePair) => [`--tls-cert-file=${of.certFile}`, `--tls-key-file=${of.keyFile}`];

  test('takes the place of http, forces it, is healthy, and takes a new certificate without a restart', async () => {
    const [port, second] = [await freePort(), workshop.make('second')];
    const served = {
      ...pair,
      certFile: join(workshop.folder, 'served.crt'),
      keyFile: join(workshop.folder, 'served.key'),
    };
    const put = ({ cert, key }: MadePair) => {
      writeFileSync(served.certFile, cert);
      writeFileSync(served.keyFile, key);
    };
    put(pair);
    const flags = [...files(served), `--https-address=127.0.0.1:${port}`, '--force-https', '--reverse-proxy'];
    const service = await startService(flags);
    expect(service.out()).toContain(`127.0.0.1:${port}`);
    expect(service.out()).toMatch(/--http-address is not listened at: with a certificate/);

    expect(await askOverTls(port, { path: '/ping' })).toMatchObject({ status: 200, body: 'OK' });
    const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'app.example' };
    const sent = await askOverTls(port, { path: '/x?y', headers });
    expect([sent.status, sent.headers['location']]).toEqual([308, 'https://app.example/x?y']);
    expect(service.out()).not.toContain('"/x?y"'); // reference: before the request log
    await expect(ask(service.port, { target: '/ping' })).resolves.toMatchObject({ status: 0 });
    expect((await run(['healthcheck', ...good, ...flags])).code).toBe(0);

    for (const bytes of [bytesOf({}), '\x16\x03\x01', 'SSH-2.0-x\r\n']) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {}).end(bytes, 'latin1');
      await once(socket.resume(), 'close');
    }
    expect(await greeter(port)).toBe('first');
    put(second);
    await service.says('the certificate was read again');
    expect(await greeter(port)).toBe('second');
    service.signal('SIGTERM');
    expect(await service.ended()).toMatchObject({ code: 0, err: '' }); // whoever scans the port makes no error
    expect(service.out()).not.toContain('handshake');
  });

  test('serves metrics with a certificate of its own, beside plain ones', async () => {
    const [plain, secure] = [await freePort(), await freePort()];
    const { certFile, keyFile } = workshop.make('metrics');
    const service = await startService([
      `--metrics-address=127.0.0.1:${plain}`,
      `--metrics-secure-address=127.0.0.1:${secure}`,
      ...[`--metrics-tls-cert-file=${certFile}`, `--metrics-tls-key-file=${keyFile}`],
    ]);
    expect(await ask(service.port)).toMatchObject({ status: 401 });
    expect((await askOverTls(secure, { path: '/metrics' })).body).toContain('oauth2_proxy_requests_total');
    expect((await ask(plain, { target: '/metrics' })).body).toContain('oauth2_proxy_requests_total');
    expect(await greeter(secure)).toBe('metrics');
    expect(service.out()).toContain(`127.0.0.1:${plain}, 127.0.0.1:${secure}`);
  });

  test('says everything that is wrong at once, also to --config-test', async () => {
    const flags = [
      ...['--tls-cert-file=/nowhere.crt', '--tls-key-file=/nowhere.key', '--tls-min-version=TLS1.0'],
      ...['--tls-cipher-suite=TLS_NOPE', '--metrics-secure-address=:x', '--https-address=:y'],
    ];
    const { code, err } = await run([...good, ...flags, '--config-test']);
    expect(code).toBe(1);
    for (const line of [
      /^ {2}--tls-cert-file names "\/nowhere\.crt", but there is no such file$/m,
      /^ {2}--tls-key-file names "\/nowhere\.key", but there is no such file$/m,
      /^ {2}--tls-min-version must be TLS1\.2 or TLS1\.3/m,
      /^ {2}--tls-cipher-suite does not know "TLS_NOPE"/m,
      /^ {2}--metrics-secure-address cannot be listened at/m,
      /^ {2}--https-address cannot be listened at/m,
    ])
      expect(err).toMatch(line);
  });
});
