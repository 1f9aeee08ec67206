// What does a worker know of being one? Loaded only in workers.
import { openLine, processChannel, type Line } from './line.ts';
import { failed, ready, stop, type Addresses, type LastWords } from './worker-messages.ts';

export interface WorkerLife {
  /** 1, 2, …: a worker that takes the place of another has its number. */
  readonly number: number;
  readonly line: Line;
  /** The first process wants this one to end. */
  readonly stopped: Promise<NodeJS.Signals>;
  ready(addresses: Addresses): void;
  /** Resolves when the first process has heard it. */
  failed(words: LastWords): Promise<void>;
}

export function workerLife(process: Parameters<typeof processChannel>[0], number: number): WorkerLife {
  const line = openLine(processChannel(process));
  const stopped = Promise.withResolvers<NodeJS.Signals>();
  line.answer(stop, stopped.resolve);
  return {
    number,
    line,
    stopped: stopped.promise,
    ready: (addresses) => line.tell(ready, addresses),
    failed: (words) => line.ask(failed, words),
  };
}
