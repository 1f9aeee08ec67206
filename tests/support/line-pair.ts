// Two ends of a line within one process: what a worker and the first process have between them.
import { openLine, type Channel, type Line } from '../../src/lib/line.ts';

export interface LinePair {
  /** The end of the first process. */
  readonly first: Line;
  readonly worker: Line;
  /** As when the worker is killed. */
  cut(): void;
  /** The worker hears nothing any more, and is still there. */
  freeze(): void;
}

export function linePair(): LinePair {
  const first = end();
  const worker = end();
  first.other = worker;
  worker.other = first;
  return {
    first: openLine(first.channel),
    worker: openLine(worker.channel),
    cut() {
      for (const one of [first, worker]) one.close();
    },
    freeze: () => (worker.isDeaf = true),
  };
}

function end() {
  const heard: ((message: unknown) => void)[] = [];
  const closed: (() => void)[] = [];
  const self: { other: ReturnType<typeof end> | undefined; isDeaf: boolean } = { other: undefined, isDeaf: false };
  const channel: Channel = {
    send(message) {
      const text = JSON.stringify(message);
      setImmediate(() => self.other?.hear(JSON.parse(text)));
    },
    onMessage: (listener) => void heard.push(listener),
    onClosed: (listener) => void closed.push(listener),
  };
  return Object.assign(self, {
    channel,
    hear: (message: unknown) => void (self.isDeaf || heard.forEach((listener) => listener(message))),
    close: () => closed.forEach((listener) => listener()),
  });
}
