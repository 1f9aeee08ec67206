// The one place that writes errors: what does a request hear that cannot be answered as asked, and what does the log?
import type { ErrorRequestHandler, Request } from 'express';
import { assertNever } from '../lib/assert-never.ts';
import type { Logger, RequestFacts } from '../lib/logger.ts';
import { Problem } from '../lib/problem.ts';
import type { Pages } from './pages.ts';
import { defaultMessage } from './page-texts.ts';
import { problemOf } from './problem-of.ts';
import { sendEmptyJson, sendStatusText } from './send.ts';

export interface ProblemResponseParts {
  readonly pages: Pick<Pages, 'sendError'>;
  readonly logger: Pick<Logger, 'auth' | 'error' | 'info' | 'warn'>;
  /** Must not throw, however broken the request is. */
  factsOf(req: Request): RequestFacts;
  /** A page for browsers, `{}` for programs, the bare status text elsewhere. */
  answerKind(req: Request): 'page' | 'json' | 'text';
  /** The judged target of the page’s buttons; undefined: no buttons, as for faults of an upstream. Must not throw. */
  returnTo(req: Request, problem: Problem): string | undefined;
}

/** An Express error handler; it has to be the last one. */
export function problemResponse(parts: ProblemResponseParts): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  return (error: unknown, req, res, _next) => {
    const problem = problemOf(error) ?? unforeseen(error);
    const facts = parts.factsOf(req);
    writeDown(parts.logger, problem, facts);
    // Too late for an answer: cutting the connection keeps half an answer from passing for a whole one.
    if (res.headersSent) return void res.destroy();

    if (problem.retryAfterSeconds !== undefined) res.setHeader('Retry-After', String(problem.retryAfterSeconds));
    // RFC 9110 §15.5.9: what is still to come of such a request is not waited for.
    if (problem.status === 408) res.setHeader('Connection', 'close');
    const kind = problem.isPage ? 'page' : parts.answerKind(req);
    switch (kind) {
      case 'page':
        return parts.pages.sendError(res, {
          status: problem.status,
          shownStatus: problem.shownStatus,
          message: problem.message,
          debug: problem.debug,
          requestId: facts.requestId,
          account: problem.account,
          returnTo: parts.returnTo(req, problem),
          formTarget: problem.formTarget,
        });
      case 'json':
        return sendEmptyJson(res, problem.status);
      case 'text':
        return sendStatusText(res, problem.status);
      default:
        return assertNever(kind);
    }
  };
}

const unforeseenReason = 'internal_error';

function unforeseen(error: unknown): Problem {
  const debug = error instanceof Error ? error.message : String(error);
  return new Problem({ status: 500, reason: unforeseenReason, message: defaultMessage(500), debug, cause: error });
}

/** Once per problem. A refusal is news for the auth log, a fault of ours for the error log with its stack. */
function writeDown(logger: ProblemResponseParts['logger'], problem: Problem, facts: RequestFacts): void {
  const { status, reason, account, hint } = problem;
  const text = problem.debug ?? problem.message;
  if (status === 401 || status === 403) {
    const message = problem.authEvent ?? `Invalid authentication via OAuth2: ${text}`;
    logger.auth({ ...facts, username: account ?? facts.username, status: 'AuthFailure', message, reason });
    return;
  }
  const fields = { reason, status, request_id: facts.requestId };
  if (status < 500) logger.info(text, fields);
  else logger.error(text, { ...fields, cause: causeOf(problem), hint });
}

/** With the stack where nobody foresaw the error; elsewhere the chain of messages tells more in less. */
function causeOf({ reason, cause }: Problem): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (reason === unforeseenReason) return cause.stack;
  const messages: string[] = [];
  for (let error: unknown = cause; error instanceof Error && messages.length < 5; error = error.cause) {
    messages.push(error.message);
  }
  return messages.join(': ');
}
