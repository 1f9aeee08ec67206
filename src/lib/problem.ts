// What went wrong with a request, told apart for people and for the log.

export interface ProblemDetails {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Stable code for the log, e.g. `csrf_cookie_missing`; never free text of a stranger. */
  readonly reason: string;
  /** One or two sentences for the user; may be shown to anybody. */
  readonly message: string;
  /** For the log, and on the page only with --show-debug-on-error. Never a secret. */
  readonly debug?: string;
  readonly retryAfterSeconds?: number;
  /** Which account was refused: the page names it and offers to sign in with another one. */
  readonly account?: string;
  readonly cause?: unknown;
}

/** A request that cannot be answered as asked. Handlers throw it; response/problem-response.ts alone writes it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly reason: string;
  readonly debug: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly account: string | undefined;

  constructor({ status, reason, message, debug, retryAfterSeconds, account, cause }: ProblemDetails) {
    super(message, { cause });
    this.status = status;
    this.reason = reason;
    this.debug = debug;
    this.retryAfterSeconds = retryAfterSeconds;
    this.account = account;
  }
}
