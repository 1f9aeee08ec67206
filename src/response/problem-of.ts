// What kind of problem is it that a handler threw?
import { Problem } from '../lib/problem.ts';
import { ClaimsProblem, ProviderFailure } from '../provider/failure.ts';
import { defaultMessage } from './page-texts.ts';

const retryAfterSeconds = 10;

/** Undefined for what nobody foresaw. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof ProviderFailure) return ofProvider(error);
  if (error instanceof ClaimsProblem) {
    const { reason, account, message } = error;
    return new Problem({ status: 403, reason, message: defaultMessage(403), debug: message, account, cause: error });
  }
  return ofClient(error);
}

function ofProvider(error: ProviderFailure): Problem {
  const { reason, message: debug } = error;
  const common = { reason, debug, cause: error };
  switch (error.kind) {
    case 'rejected':
      return new Problem({
        ...common,
        status: 403,
        message: 'Login Failed: the identity provider said no. Please try again.',
      });
    case 'unreachable':
      return new Problem({ ...common, status: 503, message: defaultMessage(503), retryAfterSeconds });
    case 'misconfigured':
      return new Problem({ ...common, status: 500, message: defaultMessage(500) });
  }
}

/** Express and its parsers mark what a client did wrong with a status, e.g. 400 for a path that cannot be decoded. */
function ofClient(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status, message: debug } = error;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 499) return undefined;
  const message = 'Your browser sent something that could not be understood.';
  return new Problem({ status, reason: 'bad_request', message, debug, cause: error });
}
