// How much memory does a process of its own use, once nothing is held that nobody needs? Asked through Node's inspector.
import { once } from 'node:events';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { eventually } from './eventually.ts';

export interface Inspected {
  /** After a collection, in bytes; `outside`: buffers and what else lies beside the heap. */
  memory(): Promise<{ readonly heap: number; readonly outside: number; readonly rss: number }>;
  close(): void;
}

export interface Inspection {
  /** For the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** When it runs. */
  attach(): Promise<Inspected>;
}

export async function inspection(): Promise<Inspection> {
  const port = await freePort();
  return {
    env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` },
    async attach() {
      let url = '';
      await eventually('the inspector to answer', async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
        const [target] = answer?.ok ? ((await answer.json()) as { webSocketDebuggerUrl: string }[]) : [];
        url = target?.webSocketDebuggerUrl ?? '';
        return url !== '';
      });
      return attached(new WebSocket(url));
    },
  };
}

interface Reply {
  readonly id: number;
  readonly result: { readonly result?: { readonly value?: string } };
}

async function attached(socket: WebSocket): Promise<Inspected> {
  await once(socket, 'open');
  const waiting = new Map<number, (reply: Reply) => void>();
  let asked = 0;
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const ask = (method: string, params: object = {}) =>
    new Promise<Reply>((resolve) => {
      const id = ++asked;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  return {
    async memory() {
      for (let round = 0; round < 2; round++) await ask('HeapProfiler.collectGarbage');
      const { result } = await ask('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
      const usage = JSON.parse(result.result?.value ?? '{}') as NodeJS.MemoryUsage;
      return { heap: usage.heapUsed, outside: usage.external, rss: usage.rss };
    },
    close: () => socket.close(),
  };
}
