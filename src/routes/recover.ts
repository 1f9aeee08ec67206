// A callback whose sign-in attempt is gone: where does the user go? Never to a dead page.
import type { WhoAsks } from '../provider/who-asks.ts';
import { authorize } from '../policy/authorize.ts';
import type { Requirement } from '../policy/requirement.ts';
import { kindOfRequest } from '../request/navigation.ts';
import type { OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { Logger } from '../lib/logger.ts';
import { maxRestarts, type LoginAttempts, type State } from '../session/login-attempt.ts';
import { forbidCaching } from '../response/send.ts';
import { appendCookies, redirect } from './answer.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { signInProblem } from './callback-problems.ts';
import type { Recover } from './callback.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface RecoverParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly attempts: LoginAttempts;
  readonly beginSignIn: BeginSignIn;
  readonly membership: readonly Requirement[];
  readonly returnToOf: (state: State, original: OriginalRequest) => ReturnTo;
  readonly root: ReturnTo;
  readonly resume: WhoAsks;
}

export function recover(parts: RecoverParts): Recover {
  const { visits, logger, membership, returnToOf, root, resume, beginSignIn } = parts;

  return async (req, res, state) => {
    const { original } = visits.of(req);
    // A target counts only if we wrote it: a changed one does not pass the mark's MAC (security N3).
    const returnTo = state?.restarts === undefined ? root : returnToOf(state, original);
    const { session, cookies } = await resume(cookieRequest(req, visits.of(req)));
    if (authorize(session, { open: false, membership, location: [] }).kind === 'allow') {
      forbidCaching(res);
      appendCookies(res, cookies);
      return redirect(res, returnTo);
    }
    // Without our own mark nobody knows how often this was tried already: a page instead of a possible loop.
    const restarts = state?.restarts ?? maxRestarts;
    if (restarts >= maxRestarts || kindOfRequest(req.headers).kind !== 'navigation') throw signInProblem.noAttempt();
    logger.info('a callback without its sign-in attempt starts over', {
      reason: 'csrf_cookie_missing',
      request_id: original.id,
    });
    await beginSignIn(req, res, { returnTo, restarts: restarts + 1 });
  };
}
