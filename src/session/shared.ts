// What does this process share with other replicas, and through what?
import type { MarkBoard } from './mark-board.ts';
import type { RedisLink } from './redis-link.ts';
import { alone, type Turns } from './turns.ts';

export interface Shared {
  readonly link: RedisLink | undefined;
  readonly turns: Turns;
  readonly board: MarkBoard | undefined;
  close(): Promise<void>;
}

/** One process that knows of no other. */
export function sharedWithNobody(): Shared {
  return { link: undefined, turns: alone, board: undefined, close: () => Promise.resolve() };
}
