// Everything that is no endpoint of ours: the protected site itself, when the sidecar stands in front of it.
import type { Request, RequestHandler, Response } from 'express';
import { assertNever } from '../lib/assert-never.ts';
import type { Logger } from '../lib/logger.ts';
import { Problem } from '../lib/problem.ts';
import { authorize, type Decision, type Rule } from '../policy/authorize.ts';
import type { Resumed } from '../provider/resume.ts';
import type { WhoAsks } from '../provider/who-asks.ts';
import { kindOfRequest } from '../request/navigation.ts';
import { nameOf, type Session } from '../session/session.ts';
import type { SessionStore } from '../session/store.ts';
import { sendJson, sendText } from '../response/send.ts';
import { appendCookies } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { deniedProblem } from './denied.ts';
import { sessionUnknown } from './session-unknown.ts';
import type { ShowSignIn } from './sign-in.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SiteParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly readAsked: ReadAsked;
  readonly beginSignIn: BeginSignIn;
  readonly showSignIn: ShowSignIn;
  /** --skip-provider-button */
  readonly skipsButton: boolean;
  /** --force-json-errors */
  readonly forcesJson: boolean;
  /** --api-route: is the path of this URI, without its query, for programs (security N6)? */
  isApi(uri: string): boolean;
  readonly resume: WhoAsks;
  readonly store: Pick<SessionStore, 'clear'>;
  ruleFor(req: Request): Rule;
  proxy(req: Request, res: Response, session: Session | undefined): Promise<void>;
}

export function site(parts: SiteParts): RequestHandler {
  return async (req, res) => {
    const visit = parts.visits.of(req);
    const resumed = await parts.resume(cookieRequest(req, visit));
    visit.username = nameOf(resumed.session);
    if (resumed.isForbidden) {
      logRefusal(parts, req, resumed.because ?? 'forbidden');
      return sendText(res, 403, 'Forbidden\n');
    }
    const decision = authorize(resumed.session, parts.ruleFor(req));
    appendCookies(res, resumed.cookies);
    switch (decision.kind) {
      case 'allow':
        return parts.proxy(req, res, decision.as);
      case 'sign-in':
        return askToSignIn(parts, { req, res, resumed });
      case 'evict':
        appendCookies(res, await parts.store.clear(cookieRequest(req, visit)));
        return refuseMember(parts, { req, res, decision });
      case 'forbid':
        logRefusal(parts, req, `${decision.because}_not_allowed`);
        return sendText(res, 403, 'Forbidden\n');
      default:
        return assertNever(decision);
    }
  };
}

interface Asking {
  readonly req: Request;
  readonly res: Response;
  readonly resumed: Resumed;
}

async function askToSignIn(parts: SiteParts, { req, res, resumed }: Asking): Promise<void> {
  const kind = kindOfRequest(req.headers).kind;
  const isProgram = parts.forcesJson || parts.isApi(parts.visits.of(req).original.uri) || kind !== 'navigation';
  if (resumed.because !== 'no_cookie') logRefusal(parts, req, resumed.because ?? 'no_session');
  if (isProgram) {
    return sendJson(res, kind === 'cross-site' ? 403 : 401, '{}');
  }
  if (resumed.unavailable) throw sessionUnknown(resumed.because ?? 'session_unavailable');
  if (parts.skipsButton) return parts.beginSignIn(req, res, { returnTo: (await parts.readAsked(req)).returnTo });
  const { returnTo } = await parts.readAsked(req).catch(damagedQuery);
  return parts.showSignIn(req, res, { status: 403, returnTo });
}

/** The status of the sign-in page that cannot be made, with the page of a failure in it (reference). */
function damagedQuery(error: unknown): never {
  if (!(error instanceof Problem) || error.status !== 400) throw error;
  throw new Problem({ ...error, message: error.message, status: 403, shownStatus: 500 });
}

interface Refusal {
  readonly req: Request;
  readonly res: Response;
  readonly decision: Decision & { kind: 'evict' };
}

/** Only --force-json-errors makes this JSON; Accept does not (reference: ErrAccessDenied). */
function refuseMember(parts: SiteParts, { req, res, decision }: Refusal): void {
  const problem = deniedProblem(decision.session, decision.because);
  if (!parts.forcesJson) throw problem;
  logRefusal(parts, req, problem.reason);
  sendJson(res, 403, '{}');
}

function logRefusal({ visits, logger }: SiteParts, req: Request, reason: string): void {
  logger.auth({ ...visits.facts(req), status: 'AuthFailure', message: 'No access to the site', reason });
}
