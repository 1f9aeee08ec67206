// How are the answers of `auth` made that are given at once?
import type { IncomingMessage } from 'node:http';
import { noMetrics } from '../lib/metrics.ts';
import type { IdentityHeaders } from '../response/identity-headers.ts';
import { statusTextHeaders } from '../response/send.ts';
import { readyAnswers, type Given as Answered, type ReadyAnswers } from '../routes/ready-answers.ts';
import { partName } from '../session/chunks.ts';
import type { Visits } from '../routes/visit.ts';
import type { Given } from './given.ts';
import type { policyParts } from './policy.ts';
import type { sessionParts } from './session.ts';

export interface ReadyNeeds
  extends
    Pick<ReturnType<typeof policyParts>, 'membersVersion' | 'isClosed'>,
    Pick<ReturnType<typeof sessionParts>, 'marks' | 'secrets' | 'store' | 'isCurrentSeal'> {
  readonly identity: Pick<IdentityHeaders, 'responseHeaders'>;
  readonly visits: Visits;
  /** Credentials beside the cookie are looked at. */
  readonly readsAuthorization: boolean;
}

/** Of the memory for opened sessions most is here: it serves nearly every request. */
const share = 0.75;

export function readyParts(given: Given, needs: ReadyNeeds): ReadyAnswers {
  const { config, clock } = given;
  const { marks, secrets, store, membersVersion } = needs;
  const body = config.policy.authEmptyBody ? '' : 'Unauthorized\n';
  return readyAnswers({
    path: `${config.request.proxyPrefix}/auth`,
    cookieName: config.cookie.cookieName,
    clock,
    marks,
    inputs: [secrets.current, membersVersion],
    watch: store.watch,
    isCurrentSeal: needs.isCurrentSeal,
    bytes: share * config.session.sessionCacheSize * 1024 * 1024,
    readsAuthorization: needs.readsAuthorization,
    strangers:
      needs.isClosed && keepsName(config.cookie.cookieName) ? { headers: statusTextHeaders(body), body } : undefined,
    onAnswer: listenerOf(given, needs),
  });
}

/** Parts of a cookie with a name too long for their numbers are called otherwise: a stranger cannot be told by the name. */
function keepsName(cookieName: string): boolean {
  return partName(cookieName, 99).startsWith(cookieName);
}

/** Undefined: nobody counts or writes requests down, so nothing is done for it. */
function listenerOf({ config, metrics = noMetrics }: Given, { visits }: ReadyNeeds) {
  const isCounted = metrics !== noMetrics;
  const isLogged = config.log.requestLogging;
  if (!isCounted && !isLogged) return undefined;
  return (req: IncomingMessage, answered: Answered) => {
    if (isCounted) {
      metrics.requestStarted();
      metrics.requestEnded({ method: req.method ?? '', statusCode: answered.status, durationMs: 0 });
    }
    if (isLogged) visits.note(req, answered);
  };
}
