// A server under measurement: a process of its own, with its time on the CPU and its memory as the kernel counts them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Server {
  readonly origin: string;
  readonly pid: number;
  /** Seconds on the CPU since its start, its workers' included. */
  cpuSeconds(): number;
  /** Resident memory in bytes, its workers' included. */
  residentBytes(): number;
  stop(): Promise<void>;
}

export interface Launch {
  readonly command: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A path that is answered, whatever the status, once it is ready. */
  readonly probe?: string;
}

const ticksPerSecond = 100; // USER_HZ on every Linux that Node.js runs on
const startLimitMs = 20_000;

export async function launch({ command, port, env = {}, probe = '/ping' }: Launch): Promise<Server> {
  const [program = '', ...args] = command;
  // A request log goes where a container's goes: into a pipe that somebody reads.
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stdout.resume();
  child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2000)));
  const origin = `http://127.0.0.1:${port}`;
  const pid = child.pid ?? 0;
  await answering(`${origin}${probe}`, () => {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended: ${errors}`);
  });
  return {
    origin,
    pid,
    cpuSeconds: () => familyOf(pid).reduce((sum, member) => sum + ticksOf(member), 0) / ticksPerSecond,
    residentBytes: () => familyOf(pid).reduce((sum, member) => sum + residentOf(member), 0),
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** @param check throws when waiting is in vain */
export async function answering(url: string, check: () => void): Promise<void> {
  const end = Date.now() + startLimitMs;
  for (;;) {
    check();
    try {
      await (await fetch(url, { redirect: 'manual' })).arrayBuffer();
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`${url} does not answer`, { cause: error });
      await sleep(20);
    }
  }
}

function familyOf(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => Number(statOf(candidate)[1]) === pid);
  return [pid, ...children];
}

/** The fields of /proc/PID/stat from the third on (proc_pid_stat(5)); the second may hold blanks. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // it has ended meanwhile
  }
}

function ticksOf(pid: number): number {
  const stat = statOf(pid);
  return Number(stat[11] ?? 0) + Number(stat[12] ?? 0);
}

function residentOf(pid: number): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}
