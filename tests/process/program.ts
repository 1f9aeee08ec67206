// The program as a process of its own: what does it say, how does it end?
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepForSecretSearch, keepSecret } from '../support/written.ts';

export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string | null;
  readonly out: string;
  readonly err: string;
}

export interface Service {
  readonly port: number;
  readonly pid: number;
  out(): string;
  err(): string;
  signal(name: NodeJS.Signals): void;
  /** Waits for a text on either stream. */
  says(text: string): Promise<void>;
  ended(): Promise<Ended>;
}

export type Environment = Readonly<Record<string, string>>;

export const secrets = { client: 'client-secret-of-a-process-17', cookie: 'cookie-secret-of-a-process-4' } as const;
const main = join(import.meta.dirname, '../../src/main.ts');
const alive = new Set<ChildProcess>();

/** What every start needs. */
export const good: readonly string[] = [
  '--provider=oidc',
  '--oidc-issuer-url=http://127.0.0.1:9',
  '--client-id=sidecar',
  `--client-secret=${secrets.client}`,
  `--cookie-secret=${secrets.cookie}`,
  '--email-domain=*',
];

/** Runs it to its end. */
export function run(argv: readonly string[], env: Environment = {}): Promise<Ended> {
  return launch(argv, env).ended();
}

/** Resolves when it listens. */
export async function startService(argv: readonly string[] = [], env: Environment = {}): Promise<Service> {
  const port = await freePort();
  const { ended, says, child, ...streams } = launch([...good, `--http-address=127.0.0.1:${port}`, ...argv], env);
  await says(' listens');
  return { port, pid: child.pid ?? 0, signal: (name) => child.kill(name), says, ended, ...streams };
}

/** Ends what a test has left running. */
export async function endAll(): Promise<void> {
  for (const child of alive) child.kill('SIGKILL');
  while (alive.size > 0) await sleep(5);
}

export function launch(argv: readonly string[], env: Environment) {
  Object.values(secrets).forEach(keepSecret);
  const child = spawn(process.execPath, [main, ...argv], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  alive.add(child);
  const closed = once(child, 'close').then(() => {
    alive.delete(child);
    keepForSecretSearch(out + err);
  });

  async function says(text: string): Promise<void> {
    for (let tries = 0; !`${out}${err}`.includes(text); tries++) {
      if (child.exitCode !== null || tries > 1500) throw new Error(`"${text}" was not said: ${out.slice(-2000)}${err}`);
      await sleep(10);
    }
  }

  return {
    child,
    out: () => out,
    err: () => err,
    says,
    async ended(): Promise<Ended> {
      await closed;
      return { code: child.exitCode ?? child.signalCode, out, err };
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
