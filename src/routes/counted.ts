// What is counted of requests and sign-ins? Wrapped around what they go through, so that without metrics nothing is in the way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../lib/metrics.ts';
import { problemOf } from '../response/problem-of.ts';

/** nginx's code for a client that went away before its answer. */
const clientClosedRequest = 499;

/** Begins to count a request. Called behind the probes, which are not counted (reference: middleware order). */
export function requestCounter(metrics: Metrics) {
  return (req: IncomingMessage, res: ServerResponse, next: () => void): void => {
    const startedAtMs = performance.now();
    metrics.requestStarted();
    res.once('close', () =>
      metrics.requestEnded({
        method: req.method ?? '',
        statusCode: statusOf(res),
        durationMs: performance.now() - startedAtMs,
      }),
    );
    next();
  };
}

/** A tunnel writes its 101 past the response object. */
function statusOf({ headersSent, statusCode }: ServerResponse): number {
  return headersSent || statusCode === 101 ? statusCode : clientClosedRequest;
}

/** What is thrown on the way counts as a sign-in that did not come about, and is thrown on. */
export function countedSignIn<Args extends readonly unknown[]>(
  metrics: Metrics,
  attempt: (...args: Args) => unknown,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      await attempt(...args);
    } catch (error) {
      const problem = problemOf(error);
      const isBroken = problem === undefined || problem.status >= 500;
      metrics.signIn(isBroken ? 'failed' : 'refused', problem?.reason ?? 'internal_error');
      throw error;
    }
  };
}
