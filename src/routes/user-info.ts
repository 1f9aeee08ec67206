// {prefix}/userinfo: tells a signed-in user who they are.
import type { RequestHandler } from 'express';
import { authorize, type Rule } from '../policy/authorize.ts';
import type { WhoAsks } from '../provider/who-asks.ts';
import { userInfo as userInfoBody } from '../response/user-info.ts';
import type { SessionStore } from '../session/store.ts';
import { forbidCaching, sendJson, sendText } from '../response/send.ts';
import { appendCookies } from './answer.ts';
import { cookieRequest, type Visits } from './visit.ts';
import { nameOf } from '../session/session.ts';

export interface UserInfoParts {
  readonly visits: Visits;
  readonly resume: WhoAsks;
  readonly store: Pick<SessionStore, 'clear'>;
  ruleFor(req: Parameters<RequestHandler>[0]): Rule;
}

export function userInfo({ visits, resume, store, ruleFor }: UserInfoParts): RequestHandler {
  return async (req, res) => {
    const visit = visits.of(req);
    const { session, cookies, isForbidden } = await resume(cookieRequest(req, visit));
    visit.username = nameOf(session);
    // Constraints in the query are for `auth` alone (reference: UserInfo).
    const decision = authorize(session, { ...ruleFor(req), location: [] });
    forbidCaching(res);
    if (isForbidden) return sendText(res, 403, 'Forbidden\n');
    res.appendHeader('Vary', 'Cookie');
    appendCookies(res, cookies);
    if (decision.kind === 'allow') {
      // Somebody who needs no session has no name to tell (reference: `{}` without a line end).
      return sendJson(res, 200, decision.as === undefined ? '{}' : userInfoBody(decision.as));
    }
    if (decision.kind === 'evict') appendCookies(res, await store.clear(cookieRequest(req, visit)));
    sendText(res, 401, 'Unauthorized\n');
  };
}
