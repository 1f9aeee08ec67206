// A real Redis server, to be stopped, killed and paused; with TLS, if wanted.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { eventually } from './eventually.ts';
import { pathOf } from './needs.ts';

const run = promisify(execFile);

export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:PORT` */
  readonly url: string;
  /** Unix socket of the same server. */
  readonly socket: string;
  /** Answers of redis-cli, as text. */
  command(...words: readonly string[]): Promise<string>;
  /** Properly, and waits for its end. */
  stop(): Promise<void>;
  /** As a machine that loses power. */
  kill(): Promise<void>;
  /** Accepts connections and answers nothing. */
  pause(): void;
  resume(): void;
  /** Again after `stop` or `kill`, at the same port; nothing is remembered unless `args` say so. */
  start(): Promise<void>;
  /** For good. */
  close(): Promise<void>;
}

export interface RedisSpec {
  readonly port?: number;
  /** As on the command line of redis-server. */
  readonly args?: readonly string[];
  /** How redis-cli must speak to it: `--tls`, `-a`, … */
  readonly cliArgs?: readonly string[];
  readonly isSentinel?: boolean;
}

export async function startRedis(spec: RedisSpec = {}): Promise<RedisServer> {
  const { port: wanted, args = [], cliArgs = [], isSentinel } = spec;
  const port = wanted ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const socket = join(folder, 'redis.sock');
  const program = pathOf('redis-server') ?? 'redis-server';
  const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no'];
  // --tls-port with --port 0 comes in args and counts, because the last one does
  const words = isSentinel
    ? [...args, '--sentinel', ...common]
    : [...common, '--save', '', '--appendonly', 'no', '--unixsocket', socket, ...args];
  let child: ChildProcess | undefined;

  const command = async (...one: readonly string[]) => {
    const { stdout } = await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...cliArgs, ...one]);
    return stdout.trim();
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = child;
    child = undefined;
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return;
    const exit = once(ended, 'exit');
    ended.kill('SIGCONT');
    ended.kill(signal);
    await exit;
  };
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    socket,
    command,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async start() {
      let said = '';
      child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
      const mine = child;
      for (const stream of [mine.stdout, mine.stderr]) stream?.on('data', (chunk: Buffer) => (said += String(chunk)));
      await eventually(`redis-server at ${port}`, async () => {
        if (mine.exitCode !== null) throw new Error(`redis-server ended: ${said}`);
        return /PONG|NOAUTH/.test(await command('ping').catch(() => ''));
      });
    },
    async close() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

export interface Certificates {
  readonly folder: string;
  /** Paths of PEM files. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** As words for redis-server; its ordinary port is closed then. */
  serverArgs(port: number): readonly string[];
  remove(): void;
}

/** An authority of its own, and a certificate for `localhost` and 127.0.0.1 (not for any other name). */
export async function makeCertificates(): Promise<Certificates> {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => run('openssl', [...args], { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  );
  await openssl('req', ...newKey, '-keyout', 'redis.key', '-out', 'redis.csr', '-subj', '/CN=localhost');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  await openssl(
    'x509',
    '-req',
    '-in',
    'redis.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'redis.pem',
  );
  return {
    folder,
    ca: at('ca.pem'),
    cert: at('redis.pem'),
    key: at('redis.key'),
    serverArgs: (port) => [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', at('redis.pem'), '--tls-key-file', at('redis.key'), '--tls-ca-cert-file', at('ca.pem')],
    ],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
