// {prefix}/auth: answers nginx's auth_request with a bare status. A plain listener: it runs for every request of the site.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertNever } from '../lib/assert-never.ts';
import type { Logger } from '../lib/logger.ts';
import { authorize, type Decision, type Rule } from '../policy/authorize.ts';
import type { Resumed } from '../provider/resume.ts';
import type { WhoAsks } from '../provider/who-asks.ts';
import { sendText } from '../response/send.ts';
import { nameOf, type Session } from '../session/session.ts';
import type { SessionStore } from '../session/store.ts';
import { appendCookies } from './answer.ts';
import { evictedEvent, forbiddenEvent } from './denied.ts';
import { repeatCookies } from './repeat-cookies.ts';
import type { ReadyAnswers } from './ready-answers.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface AuthParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly resume: WhoAsks;
  readonly store: Pick<SessionStore, 'clear'>;
  ruleFor(req: IncomingMessage): Rule;
  responseHeaders(session: Session | undefined): readonly (readonly [string, string])[];
  /** --auth-empty-body: 401 and 403 without text, so that nginx keeps the connection (security D3). */
  readonly emptyBody: boolean;
  /** Answers that are remembered for requests to come. */
  readonly ready: Pick<ReadyAnswers, 'standing' | 'keep'>;
  /** Until when a session stays what it is, if nobody ends it. */
  goodUntilMs(session: Session): number;
}

export type Listener = (req: IncomingMessage, res: ServerResponse) => void;

export function auth(parts: AuthParts): Listener {
  return (req, res) => {
    // nginx may announce a body that it never sends: nobody waits for it, and the connection ends (security X-2).
    if (hasBody(req)) res.setHeader('Connection', 'close');
    decide(parts, req, res).catch((error: unknown) => {
      // A failure of ours signs nobody out and is no 5xx to nginx (security D9, X-1).
      parts.logger.error('the auth endpoint failed', {
        reason: 'internal_error',
        cause: error instanceof Error ? error.stack : String(error),
      });
      if (!res.headersSent) refuse(res, 401, parts.emptyBody);
    });
  };
}

async function decide(parts: AuthParts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const visit = parts.visits.of(req);
  const standing = parts.ready.standing();
  const resumed = await parts.resume(cookieRequest(req, visit));
  visit.username = nameOf(resumed.session);
  if (resumed.isForbidden) {
    logNobody(parts, req, resumed);
    return refuse(res, 403, parts.emptyBody);
  }
  const rule = parts.ruleFor(req);
  const decision = authorize(resumed.session, rule);
  appendCookies(res, resumed.cookies);
  if (decision.kind === 'evict') appendCookies(res, await parts.store.clear(cookieRequest(req, visit)));
  repeatCookies(res);
  log(parts, req, { decision, resumed });
  if (decision.kind !== 'allow') return answer(parts, res, decision);
  const headers = allowHeaders(parts, decision.as);
  res.writeHead(202, headers as string[]).end();
  // Who came in although strangers may is not known to be a member; a cookie that is being replaced is over.
  if (decision.as === undefined || rule.open || resumed.cookies.length > 0) return;
  const untilMs = parts.goodUntilMs(decision.as);
  parts.ready.keep(req, standing, { session: decision.as, username: visit.username, headers, untilMs });
}

/** Names and values in turn. nginx keeps the connection only with a length (security X-3). */
function allowHeaders(parts: AuthParts, session: Session | undefined): readonly string[] {
  return [...parts.responseHeaders(session).flat(), 'Content-Length', '0'];
}

/** nginx takes 2xx as yes, 401 and 403 as no, and anything else as our failure. */
function answer(parts: AuthParts, res: ServerResponse, decision: Exclude<Decision, { kind: 'allow' }>): void {
  switch (decision.kind) {
    case 'sign-in':
    case 'evict': // 401, not 403: signing in as somebody else may help
      return refuse(res, 401, parts.emptyBody);
    case 'forbid': // 403, not 401: sending them to sign in would loop for ever
      return refuse(res, 403, parts.emptyBody);
    default:
      return assertNever(decision);
  }
}

function refuse(res: ServerResponse, status: 401 | 403, emptyBody: boolean): void {
  const text = status === 401 ? 'Unauthorized\n' : 'Forbidden\n';
  sendText(res, status, emptyBody ? '' : text);
}

function log(
  { visits, logger }: AuthParts,
  req: IncomingMessage,
  about: { decision: Decision; resumed: Resumed },
): void {
  const { decision, resumed } = about;
  const { uri } = visits.of(req).original;
  switch (decision.kind) {
    case 'allow':
      return;
    case 'sign-in':
      // A stranger without a cookie is no event; a cookie that does not count is one that users ask about.
      if (resumed.because !== 'no_cookie') logNobody({ visits, logger }, req, resumed);
      return;
    case 'evict':
    case 'forbid':
      logger.auth({
        ...visits.facts(req),
        status: 'AuthFailure',
        message: decision.kind === 'evict' ? evictedEvent(decision.session, decision.because) : forbiddenEvent(uri),
        reason: `${decision.because}_not_allowed`,
        uri,
      });
      return;
    default:
      assertNever(decision);
  }
}

function logNobody(
  { visits, logger }: Pick<AuthParts, 'visits' | 'logger'>,
  req: IncomingMessage,
  { because, unavailable }: Resumed,
): void {
  logger.auth({
    ...visits.facts(req),
    status: unavailable ? 'AuthError' : 'AuthFailure',
    message: 'No session in the request',
    reason: because,
    uri: visits.of(req).original.uri,
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
