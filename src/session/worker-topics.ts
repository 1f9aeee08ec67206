// What do the workers of one machine ask the first process, when there is no Redis to ask?
import { type Topic } from '../lib/line.ts';
import type { MarkWeight } from './mark-board.ts';
import type { Turn } from './turns.ts';

/** `turn` names it when it is finished. */
export type TurnAnswer = Exclude<Turn, { kind: 'ours' }> | { readonly kind: 'ours'; readonly turn: number };

export interface FinishedTurn {
  readonly turn: number;
  readonly outcome: string | undefined;
  readonly lifeMs: number;
}

export interface Lasting {
  readonly name: string;
  readonly lifeMs: number;
}

export const takeTurn: Topic<string, TurnAnswer> = { name: 'turns take' };
export const finishTurn: Topic<FinishedTurn, void> = { name: 'turns finish' };
export interface PostedMark extends Lasting {
  readonly weight: MarkWeight;
}

/** Answered when every worker knows the mark; false: one of them kept silent. */
export const postMark: Topic<PostedMark, boolean> = { name: 'marks post' };
/** All marks there are come as `tellMarks`, before the answer; later ones as they come up. */
export const watchMarks: Topic<undefined, void> = { name: 'marks watch' };
/** From the first process to the workers. */
export const tellMarks: Topic<readonly string[], void> = { name: 'marks tell' };
export const claimName: Topic<Lasting, boolean> = { name: 'marks claim' };
