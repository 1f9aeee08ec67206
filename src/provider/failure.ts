// Why did the provider not give what was asked for?
import type { Session } from '../session/session.ts';

/**
 * `rejected`: it said no to this request (bad code, invalid token) — the client's doing;
 * `unreachable`: network, time-out, 5xx, not discovered yet — passes by itself;
 * `misconfigured`: it refuses our credentials, or answers what no provider should — the operator's doing.
 */
export type FailureKind = 'rejected' | 'unreachable' | 'misconfigured';

export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  readonly kind: FailureKind;
  /** Stable code for the log, e.g. `token_endpoint_invalid_grant`, `id_token_nonce`. */
  readonly reason: string;

  constructor(kind: FailureKind, reason: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.reason = reason;
  }
}

/** The sign-in is genuine, but this account lacks something: `email_missing`, `email_not_verified`. The user is told. */
export class ClaimsProblem extends Error {
  override readonly name = 'ClaimsProblem';
  readonly reason: 'email_missing' | 'email_not_verified';
  readonly account: string;
  /** What the provider said nevertheless: the user is signed in there, and may want to sign out. */
  readonly session: Session | undefined;

  constructor(reason: ClaimsProblem['reason'], account: string, session?: Session) {
    super(reason === 'email_missing' ? 'the account has no e-mail address' : 'the e-mail address is not verified');
    this.reason = reason;
    this.account = account;
    this.session = session;
  }
}
