// A real Keycloak as a process: a copy of what the set-up brought here, thrown away at the end.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/demo/run-nginx.ts';

export interface Keycloak {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  readonly startedInMs: number;
  /** Of the Java process, what it holds in memory now. */
  memoryMb(): number | undefined;
  log(): string;
  stop(): Promise<void>;
}

const version = '26.7.2';
const timeLimitMs = 240_000;
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'oauth2-sidecar');

/** Built and with its first tables, by deploy/setup-keycloak.mjs. */
const installed = join(cache, `keycloak-${version}`);

export function hasKeycloak(): boolean {
  return existsSync(installed);
}

/**
 * Runs the rest of its arguments in the folder $0 until they end, or until whoever holds its standard input is gone,
 * however that went. Then nothing is left: no process of the group, and not the folder.
 */
const untilInputEnds = `
  exec 3<&0; trap : TERM
  { read -r _ <&3; kill 0; } &
  "$@" </dev/null 3<&-
  rm -rf "$0"; kill 0`;

export async function startKeycloak(): Promise<Keycloak> {
  const began = Date.now();
  const home = copyOfInstallation();
  const [port, healthPort] = [await freePort(), await freePort()];
  const child = runIn(home, [
    ...['start', '--optimized', '--cache=local', '--hostname-strict=false', '--http-enabled=true'],
    ...['--http-host=127.0.0.1', `--http-port=${port}`, `--http-management-port=${healthPort}`],
  ]);
  const log = () => (existsSync(logOf(home)) ? readFileSync(logOf(home), 'utf8') : '');
  const stop = () => end(child);
  try {
    await untilReady(child, `http://127.0.0.1:${healthPort}/health/ready`);
  } catch (error) {
    const said = log().slice(-3000);
    await stop();
    throw new Error(`Keycloak did not start: ${said}`, { cause: error });
  }
  const origin = `http://127.0.0.1:${port}`;
  return { origin, startedInMs: Date.now() - began, memoryMb: () => memoryOf(home), log, stop };
}

const logOf = (home: string) => join(home, 'keycloak.log');

/** Beside the cache, on the same disk, so that links do for all that a server only reads. */
function copyOfInstallation(): string {
  if (!hasKeycloak()) throw new Error('Keycloak is not here; "npm run setup" fetches it');
  const home = join(mkdtempSync(join(cache, 'run-')), `keycloak-${version}`);
  const { status, stderr } = spawnSync('cp', ['-al', installed, home], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Keycloak was not copied: ${stderr}`);
  for (const written of ['data', 'lib/quarkus']) {
    rmSync(join(home, written), { recursive: true });
    cpSync(join(installed, written), join(home, written), { recursive: true });
  }
  return home;
}

function runIn(home: string, args: readonly string[]): ChildProcess {
  const log = openSync(logOf(home), 'a');
  const child = spawn('sh', ['-c', untilInputEnds, dirname(home), join(home, 'bin/kc.sh'), ...args], {
    detached: true, // a group of its own, which dies as a whole
    stdio: ['pipe', log, log],
    env: {
      PATH: process.env['PATH'] ?? '',
      ...(process.env['JAVA_HOME'] ? { JAVA_HOME: process.env['JAVA_HOME'] } : {}),
      JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx512m',
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1', // starts a third sooner, which is most of what it does here
    },
  });
  closeSync(log);
  return child;
}

async function untilReady(child: ChildProcess, health: string): Promise<void> {
  const until = Date.now() + timeLimitMs;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
    const ready = await fetch(health, { signal: AbortSignal.timeout(2000) }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  throw new Error(`it was not ready after ${timeLimitMs} ms`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 20_000);
  await ended;
  clearTimeout(late);
}

function memoryOf(home: string): number | undefined {
  const { stdout = '' } = spawnSync('ps', ['-eo', 'rss=,args='], { encoding: 'utf8', maxBuffer: 1 << 24 });
  const line = stdout.split('\n').find((text) => text.includes(`-Dkc.home.dir=${home}`));
  return line === undefined ? undefined : Math.round(Number.parseInt(line, 10) / 1024);
}
