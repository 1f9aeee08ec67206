// How does Redis tell by itself which keys somebody changed? A connection of its own that does nothing but listen.
import { end, plainClient } from './redis-connection.ts';
import { isReply } from './redis-failure.ts';
import type { RedisTarget } from './redis-target.ts';

export type ChangeListener = (key: string | undefined, isListening: boolean) => void;

export interface RedisChanges {
  onChange(prefix: string, listener: ChangeListener): Promise<boolean>;
  close(): void;
}

/** Where Redis says it on connections that subscribe (CLIENT TRACKING, protocol 2). */
const channel = '__redis__:invalidate';
/** A connection that is silent may be dead: so often it is asked, and so long it may take. */
const askEveryMs = 1_000;
const silenceMs = 1_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

type Ending = 'lost' | 'refused';

/** A cluster would need such a connection to each of its masters; there it is left out. */
export function redisChanges(target: RedisTarget): RedisChanges {
  const closings = new Set<() => void>();
  return {
    onChange(prefix, listener) {
      if (target.kind === 'cluster') return Promise.resolve(false);
      const { isTold, close } = keepListening({ target, prefix, listener });
      closings.add(close);
      return isTold;
    },
    close() {
      for (const close of closings) close();
    },
  };
}

interface ListeningParts {
  readonly target: RedisTarget;
  readonly prefix: string;
  readonly listener: ChangeListener;
}

/** Comes back after every loss; only a server that refuses at the first time is believed. */
function keepListening(parts: ListeningParts) {
  const { promise: isTold, resolve: answer } = Promise.withResolvers<boolean>();
  let isClosed = false;
  let isKnown = false;
  let failures = 0;
  let stop = () => {};
  let timer: NodeJS.Timeout | undefined;

  function begin(): void {
    const onBegun = () => {
      failures = 0;
      isKnown = true;
      parts.listener(undefined, true); // nobody told what changed before
      answer(true);
    };
    const onEnded = (ending: Ending, wasListening: boolean) => {
      if (isClosed) return;
      if (wasListening) parts.listener(undefined, false);
      if (ending === 'refused' && !isKnown) return answer(false);
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures++);
      timer = setTimeout(begin, pauseMs * (0.5 + Math.random() / 2)).unref();
    };
    stop = listenOnce({ ...parts, onBegun, onEnded });
  }

  begin();
  const close = () => {
    isClosed = true;
    clearTimeout(timer);
    stop();
    answer(false);
  };
  return { isTold, close };
}

interface OnceParts extends ListeningParts {
  onBegun(): void;
  onEnded(ending: Ending, wasListening: boolean): void;
}

function listenOnce({ target, prefix, listener, onBegun, onEnded }: OnceParts): () => void {
  const client = plainClient(target, { protocol: 2, socketTimeout: silenceMs });
  let timer: NodeJS.Timeout | undefined;
  let isListening = false;
  let ending: Ending = 'lost';

  client.on('messageBuffer', (_channel, keys: unknown) => {
    // Without keys: all of them, e.g. the database was emptied.
    if (!Array.isArray(keys)) return listener(undefined, true);
    for (const key of keys) listener(String(key), true);
  });
  client.on('error', () => {}); // it ends then
  client.on('end', () => {
    clearInterval(timer);
    onEnded(ending, isListening);
  });
  client.on('ready', () => {
    subscribe().then(
      () => {
        isListening = true;
        timer = setInterval(() => void client.ping().catch(() => {}), askEveryMs).unref();
        onBegun();
      },
      (error: unknown) => {
        if (isReply(error)) ending = 'refused';
        end(client);
      },
    );
  });

  async function subscribe(): Promise<void> {
    const id = String(await client.call('CLIENT', 'ID'));
    await client.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', prefix);
    await client.subscribe(channel);
  }
  return () => end(client);
}
