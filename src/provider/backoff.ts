// How long is somebody left alone who has just failed?

export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
  /** How often in a row it went wrong before. */
  readonly failsBefore: number;
  /** From 0 to 1. */
  readonly chance: number;
}

/** Doubled each time. Jitter: many that failed together should not come back together. */
export function backoffMs({ firstMs, mostMs, failsBefore, chance }: Backoff): number {
  const ms = Math.min(mostMs, firstMs * 2 ** Math.min(failsBefore, 30));
  return Math.round(ms * (0.75 + chance / 2));
}

/** A provider may ask for patience (RFC 9110 §10.2.3), but not for so much that sessions end of it. */
const mostPatienceMs = 5 * 60_000;

export function boundedPatienceMs(retryAfterMs: number | undefined): number {
  return Math.min(retryAfterMs ?? 0, mostPatienceMs);
}
