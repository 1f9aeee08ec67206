// How is a private nginx started, with its own files in one folder and nothing of the system's touched?
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NginxSetting {
  /** What goes into http { }. */
  readonly http: string;
  /** The folder that `include oauth2/…` means. */
  readonly snippets: string;
  /** A port that the configuration listens on; nginx is up when it accepts. */
  readonly port: number;
}

export interface RunningNginx {
  readonly folder: string;
  log(name: string): string;
  stop(): Promise<void>;
}

/** Debian keeps nginx in /usr/sbin, which is on root's PATH only. */
export function findNginx(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, 'nginx')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const outcome = new Promise<boolean>((resolve) => {
    server.once('listening', () => resolve(true)).once('error', () => resolve(false));
  });
  server.listen(port, '127.0.0.1');
  const free = await outcome;
  server.close();
  return free && !(await accepts(port));
}

export async function runNginx(setting: NginxSetting): Promise<RunningNginx> {
  const program = findNginx();
  if (program === undefined) throw new Error('nginx is not installed; "npm run setup" installs it');
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-nginx-'));
  // Started by root, nginx works as another user, who must reach the temporary files in here.
  chmodSync(folder, 0o755);
  symlinkSync(setting.snippets, join(folder, 'oauth2'));
  writeFileSync(join(folder, 'nginx.conf'), mainConfiguration(setting.http));

  const child = spawn(program, ['-p', folder, '-e', 'error.log', '-c', 'nginx.conf'], { stdio: 'ignore' });
  const log = (name: string) => readFileSync(join(folder, name), { encoding: 'utf8', flag: 'a+' });
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilAccepting(child, setting.port);
  } catch (error) {
    const said = log('error.log');
    await stop();
    throw new Error(`nginx did not start: ${said}`, { cause: error });
  }
  return { folder, log, stop };
}

function mainConfiguration(http: string): string {
  return `daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log info;
events { worker_connections 512; }
http {
  access_log access.log;
  default_type text/plain;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
${http}
}
`;
}

async function untilAccepting(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (await accepts(port)) return;
    await sleep(25);
  }
  throw new Error(`port ${port} was not opened`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
