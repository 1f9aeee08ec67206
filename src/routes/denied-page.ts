// {prefix}/denied: what nginx shows in place of a 403 of auth; asked with the same query, it gives the reason in words.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from '../lib/problem.ts';
import { authorize, type Rule } from '../policy/authorize.ts';
import type { WhoAsks } from '../provider/who-asks.ts';
import { forbidCaching } from '../response/send.ts';
import { appendCookies } from './answer.ts';
import { deniedProblem } from './denied.ts';
import { cookieRequest, type Visits } from './visit.ts';
import { nameOf } from '../session/session.ts';

export interface DeniedPageParts {
  readonly visits: Visits;
  readonly resume: WhoAsks;
  ruleFor(req: IncomingMessage): Rule;
}

/** Always 403: nginx has decided already, and whoever comes here by hand learns nothing. */
export function deniedPage({ visits, resume, ruleFor }: DeniedPageParts): RequestHandler {
  return async (req, res) => {
    const visit = visits.of(req);
    const { session, cookies } = await resume(cookieRequest(req, visit));
    visit.username = nameOf(session);
    const decision = authorize(session, ruleFor(req));
    forbidCaching(res);
    appendCookies(res, cookies);
    if (decision.kind === 'forbid' || decision.kind === 'evict')
      throw deniedProblem(decision.session, decision.because, 'Forbidden here');
    throw new Problem({
      status: 403,
      reason: 'denied_page_without_refusal',
      message: 'You do not have permission to access this resource. If that is a surprise, try again or sign in anew.',
    });
  };
}
