// What is the user told when an upstream does not answer, and what the log?
import { Problem } from '../lib/problem.ts';

export function upstreamProblem(error: unknown, upstream: string): Problem {
  const code = codeOf(error);
  return new Problem({
    status: 502,
    reason: timeouts.has(code) ? 'upstream_timeout' : 'upstream_failed',
    message: 'There was a problem connecting to the upstream server.',
    debug: `upstream ${upstream}: ${error instanceof Error ? error.message || code : String(error)}`,
    cause: error,
  });
}

const timeouts: ReadonlySet<string> = new Set(['ETIMEDOUT']);

/** Was an open connection closed before anything came back? */
export function isLostConnection(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

/** Empty when there is none. Not by class: errors of Node may come from another realm. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
