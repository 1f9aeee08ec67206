// How is one question put to Redis, so that it has an answer or a failure within a second?
import type { Argument, Connect } from './redis-connection.ts';
import { failureOf, isReply, judge } from './redis-failure.ts';
import { monotonicMs, redisKeeper, type KeeperParts } from './redis-keeper.ts';
import { StoreFailure } from './redis-link.ts';

export interface Call {
  readonly name: string;
  /** Decides which server of a cluster is asked. */
  readonly key?: string;
  readonly args: readonly Argument[];
  /** Not to be sent again when it is unknown whether it was done. */
  readonly isOnce?: boolean;
}

export interface Calls {
  /** @throws StoreFailure alone */
  call(call: Call): Promise<unknown>;
  close(): void;
}

export interface CallsParts extends KeeperParts {
  readonly connect: Connect;
  readonly patienceMs?: number;
}

const defaultPatienceMs = 1_000;
/** Before the same is asked again. */
const pauseMs = 25;

export function redisCalls({ patienceMs = defaultPatienceMs, ...parts }: CallsParts): Calls {
  const keeper = redisKeeper(parts);
  /** Servers that were silent: until when nobody waits for them. One call finds out, the others fail at once. */
  const silent = new Map<string, number>();

  async function call({ name, key = '', args, isOnce = false }: Call): Promise<unknown> {
    const untilMs = monotonicMs() + patienceMs;
    for (;;) {
      const connection = await keeper.connection(untilMs);
      const server = connection.serverOf(key);
      heed(server);
      try {
        const answer = await within(untilMs - monotonicMs(), connection.send(name, args));
        silent.delete(server);
        return answer;
      } catch (error) {
        if (error instanceof StoreFailure) {
          if (server === '') keeper.drop(connection, error);
          else silent.set(server, monotonicMs() + patienceMs);
          throw error;
        }
        const judgement = judge(error);
        if (judgement === 'demoted') keeper.drop(connection, failureOf(error));
        const isOver = monotonicMs() + pauseMs >= untilMs;
        if (judgement === 'refused' || isOver || (isOnce && judgement === 'passing' && mayBeDone(error)))
          throw failureOf(error);
        await pause();
      }
    }
  }

  function heed(server: string): void {
    const untilMs = silent.get(server);
    if (untilMs === undefined) return;
    if (monotonicMs() < untilMs) throw timedOut();
    silent.set(server, monotonicMs() + patienceMs); // this call finds out
  }

  return { call, close: keeper.close };
}

/** An answer of the server says that it was not; a broken connection says nothing. */
function mayBeDone(error: unknown): boolean {
  return !isReply(error);
}

const timedOut = () => new StoreFailure('store_timeout', new Error('no answer in time'));

/**
 * What comes later is nobody's, and must not end the process. When this process itself stood still (a collection, no processor
 * for it), the answer may be there and not read yet: Node runs timers first, so it is read before the time is over.
 */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(timedOut())), Math.max(1, ms));
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
