// What is counted for --metrics-address? Whoever has something to count tells it here.

export interface EndedRequest {
  readonly method: string;
  readonly statusCode: number;
  readonly durationMs: number;
}

/** Steps of a sign-out, in their order; `returned`: the browser came back from the provider. */
export type SignOutStep = 'started' | 'cleared' | 'provider_told' | 'returned';

export interface SignOutEvent {
  readonly step: SignOutStep;
  /** `sent`: the browser was sent to the provider, `returned` tells the rest; `skipped`: nobody was to be told. */
  readonly result: 'ok' | 'failed' | 'sent' | 'skipped';
  /** By which way the provider was told, as a stable code. */
  readonly how?: string;
  /** How long telling the provider took. */
  readonly durationMs?: number;
}

/** Are refreshes asked of the provider (closed), not (open), or one to see whether it is back (half_open)? */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** A reason is a stable code, never text of a stranger: each new one makes a series that stays. */
export interface Metrics {
  requestStarted(): void;
  requestEnded(request: EndedRequest): void;
  /** `refused`: the user or the provider got a no; `failed`: something is broken, here or there. */
  signIn(result: 'ok' | 'refused' | 'failed', reason?: string): void;
  signOut(event: SignOutEvent): void;
  /** Back-channel logout. `failed`: the token could not be judged, e.g. because keys could not be had. */
  logoutToken(result: 'ok' | 'refused' | 'failed', reason?: string): void;
  refresh(result: 'renewed' | 'revoked' | 'unavailable'): void;
  /** A request brought a session that was sealed with another cookie secret than the first. */
  oldSecret(): void;
  /** A request brought a session that oauth2-proxy wrote. */
  foreignSession(): void;
  providerCircuit(state: CircuitState): void;
  /** Redis did not do what it was asked. */
  storeFailed(reason: string): void;
  /** Is Redis out at present? */
  storeOut(isOut: boolean): void;
  /** A request found its session in memory only, because Redis is out (--session-outage-grace). */
  servedFromMemory(): void;
  /** Everything so far, in the text format of Prometheus. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const nothing = (): void => {};

/** For a service without --metrics-address. */
export const noMetrics: Metrics = {
  requestStarted: nothing,
  requestEnded: nothing,
  signIn: nothing,
  signOut: nothing,
  logoutToken: nothing,
  refresh: nothing,
  oldSecret: nothing,
  foreignSession: nothing,
  providerCircuit: nothing,
  storeFailed: nothing,
  storeOut: nothing,
  servedFromMemory: nothing,
  text: () => Promise.resolve({ contentType: 'text/plain; charset=utf-8', body: '' }),
};
