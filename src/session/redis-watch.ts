// Has a session in Redis changed since somebody looked? Redis tells it by itself, where it can.
import type { RecentSessions } from './recent-sessions.ts';
import type { RedisLink } from './redis-link.ts';
import type { StoreWatch } from './store.ts';

export interface RedisWatchParts {
  readonly name: string;
  readonly link: Pick<RedisLink, 'onChange'>;
  readonly recent: Pick<RecentSessions, 'isEnded' | 'keyOf'>;
}

export function redisWatch({ name, link, recent }: RedisWatchParts): StoreWatch {
  const listeners: ((key: string | undefined) => void)[] = [];
  let isWatching = false;
  // Where it cannot be told nothing is remembered; the answer says no more than that.
  void link.onChange(`${name}-`, (key, isListening) => {
    isWatching = isListening;
    for (const listener of listeners) listener(key);
  });
  return {
    // Not by its id: what the reference began keeps the key that it had there.
    keyOf: recent.keyOf,
    isEnded: recent.isEnded,
    isWatching: () => isWatching,
    onChange: (listener) => void listeners.push(listener),
  };
}
