// What does this process share with other replicas, and through what?
import { boardPair } from './board-pair.ts';
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

/** A worker that other replicas stand beside: all of it goes through Redis, and sign-outs through the first process as well. */
export function sharedByBoth(near: Shared, far: Shared): Shared {
  const board = near.board && far.board && boardPair(near.board, far.board);
  return { ...far, board: board ?? far.board };
}
