// The program as an operator runs it: a process of its own, told everything by its environment.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepForSecretSearch } from '../support/written.ts';

export type Environment = Readonly<Record<string, string>>;

export interface Program {
  log(): string;
  /** As after a crash of the machine: everything in memory is gone. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../src/main.ts');

/** Resolves when it answers at `origin`, with the provider up or down. */
export async function startProgram(origin: string, env: Environment): Promise<Program> {
  let written = '';
  const start = () => {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (written += data.toString()));
    return child;
  };
  let child = start();
  await untilReady(child);

  async function untilReady(running: ChildProcess): Promise<void> {
    for (let tries = 0; tries < 300 && running.exitCode === null; tries++) {
      // 503 says that it lives and the provider does not.
      const status = await fetch(`${origin}/ready`).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200 || (status === 503 && tries > 10)) return;
      await sleep(50);
    }
    throw new Error(`the program did not become ready: ${written.slice(-2000)}`);
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  return {
    log: () => written,
    async restart() {
      await end();
      child = start();
      await untilReady(child);
    },
    async stop() {
      await end();
      keepForSecretSearch(written);
    },
  };
}
