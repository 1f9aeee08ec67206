// What went wrong with a request, told apart for people and for the log.

export interface ProblemDetails {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Stable code for the log, e.g. `csrf_cookie_missing`; never free text of a stranger. */
  readonly reason: string;
  /** One or two sentences for the user; may be shown to anybody. */
  readonly message: string;
  /** For the log, and on the page only with --show-debug-on-error. Never a secret. */
  readonly debug?: string | undefined;
  /** For the auth log, where tools look for the reference's words; else it is told by `debug`. */
  readonly authEvent?: string | undefined;
  /** For the log: what the operator can do about it. */
  readonly hint?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Where the forms of its page lead, if not where its links do. */
  readonly formTarget?: string | undefined;
  /** Which account was refused: the page names it and offers to sign in with another one. */
  readonly account?: string | undefined;
  /** A page also for programs. */
  readonly isPage?: boolean | undefined;
  /** What its page tells, if not the status of the answer. */
  readonly shownStatus?: number | undefined;
  readonly cause?: unknown;
}

/** A request that cannot be answered as asked. Handlers throw it; response/problem-response.ts alone writes it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly reason: string;
  readonly debug: string | undefined;
  readonly authEvent: string | undefined;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly formTarget: string | undefined;
  readonly account: string | undefined;
  readonly isPage: boolean;
  readonly shownStatus: number | undefined;

  constructor({
    status,
    reason,
    message,
    debug,
    authEvent,
    hint,
    retryAfterSeconds,
    formTarget,
    account,
    isPage = false,
    shownStatus,
    cause,
  }: ProblemDetails) {
    super(message, { cause });
    this.status = status;
    this.reason = reason;
    this.debug = debug;
    this.authEvent = authEvent;
    this.hint = hint;
    this.retryAfterSeconds = retryAfterSeconds;
    this.formTarget = formTarget;
    this.account = account;
    this.isPage = isPage;
    this.shownStatus = shownStatus;
  }
}
