// Who does what must be done once, when several processes or replicas could, such as the refresh of a session?

export type Turn =
  /** Nobody else does it: do it and tell the others what came of it; undefined: nothing, so that the next may try. */
  | { readonly kind: 'ours'; finish(outcome: string | undefined, lifeMs: number): Promise<void> }
  /** Somebody has done it within the life of the outcome. */
  | { readonly kind: 'done'; readonly outcome: string }
  /** It cannot be known whether somebody does it: leave it alone, for a refresh token must not be used twice. */
  | { readonly kind: 'unknown'; readonly because: string };

export interface Turns {
  /** Waits while somebody else does it, up to a bound. Never rejects. */
  take(key: string): Promise<Turn>;
}

/** One process alone: whoever asks is the one (within it, the caller sees to it). */
export const alone: Turns = {
  take: () => Promise.resolve({ kind: 'ours', finish: () => Promise.resolve() }),
};
