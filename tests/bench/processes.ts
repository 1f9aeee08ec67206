// A server under measurement: a process of its own, with its time on the CPU and its memory as the kernel counts them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { cpuSecondsOf, familyOf, residentBytesOf } from './proc.ts';

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
  /** All that the server finds in its environment beside PATH. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const startLimitMs = 20_000;
const stopLimitMs = 5_000;

/** Between finding a port free and taking it somebody else may have been faster. */
const tries = 3;

/** At a port that is free. */
export async function launchSomewhere(at: (port: number) => Omit<Launch, 'port'>): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await launch({ ...at(port), port });
    } catch (error) {
      if (attempt === tries || !/address (?:is )?already in use/.test(String(error))) throw error;
    }
  }
}

export async function launch({ command, port, env = {} }: Launch): Promise<Server> {
  const [program = '', ...args] = command;
  // A request log goes where a container's goes: into a pipe that somebody reads.
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [errors, failure] = ['', undefined as Error | undefined];
  child.once('error', (error) => (failure = error));
  child.stdout.resume();
  child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2000)));
  const origin = `http://127.0.0.1:${port}`;
  const pid = child.pid ?? 0;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    const family = pid === 0 ? [] : familyOf(pid);
    if (!hasEnded() && pid !== 0) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
      await ended;
      clearTimeout(killer);
    }
    for (const member of family.slice(1)) kill(member); // a shell in between passes no signal on
  };
  try {
    await answering(origin, () => {
      if (failure !== undefined) throw failure;
      if (hasEnded()) throw new Error(`${command.join(' ')} ended: ${errors}`);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    origin,
    pid,
    cpuSeconds: () => cpuSecondsOf(familyOf(pid)),
    residentBytes: () => residentBytesOf(familyOf(pid)),
    stop,
  };
}

/** Any answer will do, whatever its status. */
async function answering(origin: string, check: () => void): Promise<void> {
  const endMs = performance.now() + startLimitMs;
  for (;;) {
    check();
    try {
      await (await fetch(`${origin}/ping`, { redirect: 'manual' })).arrayBuffer();
      return;
    } catch (error) {
      if (performance.now() > endMs) throw new Error(`${origin} does not answer`, { cause: error });
      await sleep(20);
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // it has ended with its parent
  }
}
