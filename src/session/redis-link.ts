// What do the parts of the service ask of Redis? Every call is bounded in time.

/** Redis cannot be asked now, or did not understand. What it holds is unknown, not gone (security C-8). */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  /** Reason code: `store_unreachable`, `store_timeout`, `store_refused`. */
  readonly reason: string;

  constructor(reason: string, cause: unknown) {
    super(`the session store failed: ${reason}`, { cause });
    this.reason = reason;
  }
}

export interface AddedSince {
  readonly members: readonly { readonly member: string; readonly atMs: number }[];
  readonly nowMs: number;
}

/** All keys as they stand in Redis. Lives in milliseconds, 0: without end. Every call rejects with StoreFailure alone. */
export interface RedisLink {
  get(key: string): Promise<Buffer | undefined>;
  set(key: string, value: string | Buffer, lifeMs: number): Promise<void>;
  /** Sets only what is not there. @returns was it set? */
  setIfAbsent(key: string, value: string, lifeMs: number): Promise<boolean>;
  /** Sets only what is there: what somebody removed meanwhile stays removed. @returns was it set? */
  setIfPresent(key: string, value: string | Buffer, lifeMs: number): Promise<boolean>;
  /** Keys may lie on different nodes of a cluster. */
  remove(...keys: readonly string[]): Promise<void>;
  /** Removes the key only while it holds this value: a lock is released by its owner alone. */
  removeIf(key: string, value: string): Promise<boolean>;
  /** Gives the key this life from now on, while it holds this value. */
  prolongIf(key: string, value: string, lifeMs: number): Promise<boolean>;
  /** A sorted set: `score` of a member. The life of the whole set is renewed, and never shortened. */
  addScored(key: string, member: string, about: { readonly score: number; readonly lifeMs: number }): Promise<void>;
  /** Members with at least this score, lowest first. */
  scoredFrom(key: string, score: number): Promise<readonly string[]>;
  removeScored(key: string, members: readonly string[]): Promise<void>;
  removeScoredBelow(key: string, score: number): Promise<void>;
  /** As `addScored`, by the clock of Redis, which is one for all. What is older than the life goes, and beyond the limit the oldest. */
  addNow(key: string, member: string, about: { readonly lifeMs: number; readonly limit: number }): Promise<void>;
  /** What was added since then, oldest first and no more than the limit; times by the clock of Redis. */
  addedSince(key: string, sinceMs: number, limit: number): Promise<AddedSince>;
  ping(): Promise<void>;
  /**
   * Tells of keys under the prefix that somebody changed or removed; undefined: the connection was lost, so any may have
   * changed, as when it begins and begins again; `isListening`: from now on changes are told. Server-assisted (CLIENT
   * TRACKING); answers as soon as it is known, and false where the server cannot do that: then it is never called. A connection that died in silence is noticed within
   * two seconds, and nothing is told meanwhile.
   */
  onChange(prefix: string, listener: (key: string | undefined, isListening: boolean) => void): Promise<boolean>;
  close(): Promise<void>;
}
