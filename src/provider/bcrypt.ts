// Is a password the one of a bcrypt hash? Asked of a thread, a bounded number at a time.
import { Worker } from 'node:worker_threads';
import type { Compared, Comparison } from './bcrypt-worker.ts';

export interface Bcrypt {
  /** `busy`: too many wait already, nothing was compared. */
  compare(password: string, hash: string): Promise<boolean | 'busy'>;
  close(): Promise<void>;
}

/** At a cost of 10 these take some four seconds; whoever comes later would have given up. */
const waitingLimit = 64;

/** The thread begins with the first comparison. */
export function bcrypt(): Bcrypt {
  let worker: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, { done(isSame: boolean): void; fail(error: Error): void }>();

  function start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const started = new Worker(new URL(`./bcrypt-worker.${extension}`, import.meta.url));
    started.unref();
    started.on('message', ({ id, isSame }: Compared) => {
      waiting.get(id)?.done(isSame);
      waiting.delete(id);
      if (waiting.size === 0) started.unref();
    });
    const lost = (error: Error) => {
      worker = undefined; // the next comparison starts another
      for (const { fail } of waiting.values()) fail(error);
      waiting.clear();
    };
    started.on('error', lost);
    started.on('exit', () => worker === started && lost(new Error('the thread for passwords has ended')));
    return started;
  }

  return {
    compare(password, hash) {
      if (waiting.size >= waitingLimit) return Promise.resolve('busy');
      worker ??= start();
      const thread = worker;
      return new Promise<boolean>((done, fail) => {
        const id = (lastId += 1);
        waiting.set(id, { done, fail });
        thread.ref();
        thread.postMessage({ id, password, hash } satisfies Comparison);
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
