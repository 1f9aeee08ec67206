// The program as an operator runs it: a process of its own, told everything by its environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepForSecretSearch } from '../support/written.ts';

export type Environment = Readonly<Record<string, string>>;

export interface Program {
  log(): string;
  /** With nothing left in memory; resolves when it lives, ready or not. */
  restart(): Promise<void>;
  /** The provider has been reached. */
  untilReady(): Promise<void>;
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../src/main.ts');

/** Resolves when it is ready at `origin`. */
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
  await untilReady().catch(async (error: unknown) => {
    await end();
    throw error;
  });

  /** `/ping` says that it lives, `/ready` that the provider does too. */
  async function until(path: '/ping' | '/ready'): Promise<void> {
    for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
      const answer = await fetch(`${origin}${path}`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(50);
    }
    throw new Error(`the program did not answer at ${path}: ${written.slice(-2000)}`);
  }

  function untilReady(): Promise<void> {
    return until('/ready');
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
      await until('/ping');
    },
    untilReady,
    async stop() {
      await end();
      keepForSecretSearch(written);
    },
  };
}
