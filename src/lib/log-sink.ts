// Where do finished log lines go without anybody ever waiting for it?
import type { Writable } from 'node:stream';

export interface LogSink {
  write(line: string): void;
  /** Resolves when everything written so far has left the process, or can no longer leave it. */
  flush(): Promise<void>;
}

/** Lines a stuck reader may leave behind before new ones are dropped: memory must not grow with somebody's full disk. */
const maxWaitingBytes = 4 * 1024 * 1024;

/** Collects the lines of one turn of the event loop and writes them at once: one system call instead of hundreds. */
export function createLogSink(stream: Writable): LogSink {
  let waiting = '';
  let dropped = 0;
  let isBroken = false;
  // A closed pipe (EPIPE) must not end the service.
  stream.on('error', () => (isBroken = true));

  const pass = () => {
    const lines = waiting;
    waiting = '';
    if (lines !== '' && !isBroken && !stream.destroyed) stream.write(lines);
  };

  return {
    write(line) {
      if (isBroken) return;
      if (stream.writableLength + waiting.length > maxWaitingBytes) {
        dropped += 1;
        return;
      }
      if (waiting === '') setImmediate(pass);
      if (dropped > 0) {
        waiting += `${dropped} log lines were dropped: nobody read them in time\n`;
        dropped = 0;
      }
      waiting += `${line}\n`;
    },
    flush() {
      pass();
      if (isBroken || stream.destroyed) return Promise.resolve();
      return new Promise((resolve) => {
        stream.once('close', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };
}
