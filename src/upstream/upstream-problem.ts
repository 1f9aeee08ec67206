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

const timeouts: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** Was an open connection closed before anything came back? */
export function isLostConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
