// What kind of problem is it that a handler threw?
import { Problem } from '../lib/problem.ts';
import { ClaimsProblem, ProviderFailure } from '../provider/failure.ts';
import { remedyFor } from '../provider/remedy.ts';
import { StoreFailure } from '../session/redis-link.ts';

const retryAfterSeconds = 10;

const ask = 'Ask the people who run your identity provider, or sign in with another account.';
const lacking: Readonly<Record<ClaimsProblem['reason'], string>> = {
  email_missing: `This account has no e-mail address, and this site needs one. ${ask}`,
  email_not_verified: `The e-mail address of this account is not verified yet. ${ask}`,
};

/** Undefined for what nobody foresaw. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof ProviderFailure) return ofProvider(error);
  if (error instanceof StoreFailure) return ofStore(error);
  if (error instanceof ClaimsProblem) {
    const { reason, account, message: debug } = error;
    return new Problem({ status: 403, reason, message: lacking[reason], debug, account, cause: error });
  }
  return ofClient(error);
}

function ofProvider(error: ProviderFailure): Problem {
  const { reason, message: debug } = error;
  const common = { reason, debug, cause: error, hint: remedyFor(reason) };
  switch (error.kind) {
    case 'rejected':
      return new Problem({
        ...common,
        status: 403,
        message: 'Login Failed: the answer of the identity provider could not be accepted. Please try again.',
      });
    case 'unreachable':
      return new Problem({
        ...common,
        status: 503,
        message:
          'Signing in is not possible just now: the identity provider does not answer. Please try again in a moment.',
        retryAfterSeconds,
      });
    case 'misconfigured':
      return new Problem({
        ...common,
        status: 502,
        message:
          'Login Failed: this site and its identity provider do not fit together. The people who run this site have to look at it.',
      });
  }
}

/** What Redis holds is unknown, not gone (security C-8). */
function ofStore(error: StoreFailure): Problem {
  return new Problem({
    status: 503,
    reason: error.reason,
    message: 'This is not possible just now: sessions cannot be read or kept. Please try again in a moment.',
    debug: error.message,
    retryAfterSeconds,
    cause: error,
  });
}

/** Express and its parsers mark what a client did wrong with a status, e.g. 400 for a path that cannot be decoded. */
function ofClient(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status, message: debug } = error;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 499) return undefined;
  const message = 'Your browser sent something that could not be understood.';
  return new Problem({ status, reason: 'bad_request', message, debug, cause: error });
}
