// {prefix}/callback: the provider sends the browser back with a code; a session comes out, or an explanation.
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { authorize } from '../policy/authorize.ts';
import type { Requirement } from '../policy/requirement.ts';
import { ClaimsProblem, ProviderFailure } from '../provider/failure.ts';
import type { Provider } from '../provider/provider.ts';
import type { OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import { maxRestarts, type LoginAttempt, type LoginAttempts, type State } from '../session/login-attempt.ts';
import { nameOf, type Session } from '../session/session.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { SessionStore } from '../session/store.ts';
import { forbidCaching } from '../response/send.ts';
import { appendCookies, redirect } from './answer.ts';
import { describeSession } from '../session/describe.ts';
import { readAuthorizationResponse, type AuthorizationResponse } from './authorization-response.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { signInProblem } from './callback-problems.ts';
import { deniedProblem } from './denied.ts';
import { refuseStrangers } from './gate.ts';
import type { ReadParameters } from './asked.ts';
import type { EndTrip } from './sign-out-return.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface CallbackParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'signIn'>;
  readonly provider: Provider;
  readonly attempts: LoginAttempts;
  readonly readParameters: ReadParameters;
  readonly callbackUrl: (original: OriginalRequest) => string;
  /** The target that a state carries, judged anew; `/` when it is none. */
  readonly returnToOf: (state: State, original: OriginalRequest) => ReturnTo;
  readonly membership: readonly Requirement[];
  /** What to do when the attempt is gone: cookie expired, back button, another tab. */
  readonly recover: Recover;
  readonly store: Pick<SessionStore, 'replace'>;
  /** Keeps what is needed to sign a refused user out at the provider. */
  readonly refused: Pick<SessionStore, 'save' | 'clear'>;
  readonly marks: Pick<SignOutMarks, 'isEnded'>;
  readonly beginSignIn: BeginSignIn;
  /** Where a browser wanted to go that comes back from the provider's sign-out, and not from a sign-in. */
  readonly endTrip: EndTrip;
  /** How a browser that is signed in now gets to its page. */
  sendOn(res: Response, target: ReturnTo): void;
}

export type Recover = (req: Request, res: Response, state: State | undefined) => Promise<void>;

export function callback(parts: CallbackParts): RequestHandler {
  const { visits, attempts, readParameters, recover } = parts;
  return async (req, res) => {
    refuseStrangers(req);
    const response = readAuthorizationResponse(await readParameters(req));
    if (response.code === undefined && response.error === undefined && response.state !== undefined) {
      const target = await parts.endTrip(req, res, response.state);
      if (target !== undefined) return redirect(res, target);
    }
    const state = response.state === undefined ? undefined : attempts.readState(response.state);
    const visit = visits.of(req);
    // Only a target that we wrote: a changed one does not pass the mark's MAC (security N3).
    if (state?.restarts !== undefined) visit.returnTo = parts.returnToOf(state, visit.original);
    const attempt = state && (await attempts.find(cookieRequest(req, visit), state));
    if (state === undefined || attempt === undefined) {
      // The provider's "no" is passed on even then: starting over would only bring the same answer.
      if (response.error !== undefined) throw signInProblem.refusedByProvider(response.error);
      return recover(req, res, state);
    }
    await complete(parts, { req, res, response, state, attempt });
  };
}

interface Completion {
  readonly req: Request;
  readonly res: Response;
  readonly response: AuthorizationResponse;
  readonly state: State;
  readonly attempt: LoginAttempt;
}

/** State first, then `iss`, then the code (security N4, RFC 9207 §2.4). */
async function complete(parts: CallbackParts, completion: Completion): Promise<void> {
  const { provider } = parts;
  const { req, res, response, state, attempt } = completion;
  await provider.whenReady();
  const issProblem = provider.issProblem(response.iss);
  if (issProblem !== undefined) throw signInProblem.mixUp(issProblem);
  if (response.error !== undefined) throw signInProblem.refusedByProvider(response.error);
  if (response.code === undefined) throw signInProblem.noCode();

  const { original } = parts.visits.of(req);
  const request = cookieRequest(req, parts.visits.of(req));
  const finished = parts.attempts.finish(request, state);
  const redemption = { ...attempt, code: response.code, redirectUri: parts.callbackUrl(original) };
  const session = await provider.redeem(redemption).catch(async (error: unknown) => {
    // A foreign nonce is the one failure after which the attempt itself is not to be trusted (reference: OAuthCallback).
    if (error instanceof ProviderFailure && error.reason === 'id_token_nonce') appendCookies(res, finished);
    if (error instanceof ClaimsProblem && error.session) await keepRefused(parts, completion, error.session);
    throw error;
  });

  forbidCaching(res);
  appendCookies(res, finished); // a code and its attempt count once (security F-1)
  if (parts.marks.isEnded(session)) return signInAnew(parts, completion);
  try {
    admit(parts, session);
  } catch (error) {
    await keepRefused(parts, completion, session);
    throw error;
  }
  appendCookies(res, await parts.refused.clear(request));
  appendCookies(res, await parts.store.replace(request, session));
  parts.metrics.signIn('ok');
  logSignIn(parts, req, session);
  parts.sendOn(res, parts.returnToOf(state, original));
}

/** Signed out at the provider while the sign-in was under way (security B16): such a session must not live, so ask once more. */
function signInAnew(parts: CallbackParts, { req, res, state }: Completion): Promise<void> {
  const { original } = parts.visits.of(req);
  const restarts = state.restarts ?? maxRestarts;
  if (restarts >= maxRestarts) throw signInProblem.signedOutMeanwhile();
  parts.logger.info('a session was signed out before it began; signing in anew', {
    reason: 'signed_out_meanwhile',
    request_id: original.id,
  });
  const wish = { returnTo: parts.returnToOf(state, original), restarts: restarts + 1, anew: true };
  return parts.beginSignIn(req, res, wish);
}

/** Whoever may not enter here is signed in at the provider all the same, and can get out of there only with a hint. */
async function keepRefused(parts: CallbackParts, { req, res }: Completion, session: Session): Promise<void> {
  if (parts.provider.signOut.plan(undefined).kind === 'local') return; // nobody to show it to
  const request = cookieRequest(req, parts.visits.of(req));
  appendCookies(res, await parts.refused.save(request, { ...session, accessToken: undefined }));
}

/** The same verdict that every later request meets, so that no session is made which `auth` would refuse: no loop (security V-9). */
function admit({ membership }: CallbackParts, session: Session): void {
  // Unlike later requests, the callback wants an e-mail (reference: OAuthCallback).
  if (session.email === '') throw new ClaimsProblem('email_missing', session.user);
  const decision = authorize(session, { open: false, membership, location: [] });
  if (decision.kind === 'evict' || decision.kind === 'forbid')
    throw deniedProblem(session, decision.because, 'Invalid authentication via OAuth2: unauthorized');
}

function logSignIn({ visits, logger }: CallbackParts, req: Request, session: Session): void {
  visits.of(req).username = nameOf(session);
  logger.auth({
    ...visits.facts(req),
    status: 'AuthSuccess',
    message: `Authenticated via OAuth2: ${describeSession(session)}`,
  });
}
