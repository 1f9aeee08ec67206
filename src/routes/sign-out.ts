// {prefix}/sign_out: ends the session here first, then tells the provider, then sends the browser on. No step can undo another.
import type { Request, RequestHandler, Response } from 'express';
import { assertNever } from '../lib/assert-never.ts';
import type { Provider } from '../provider/provider.ts';
import type { SignOutPlan } from '../provider/sign-out-plan.ts';
import { forbidCaching } from '../response/send.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { Session } from '../session/session.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { SessionStore } from '../session/store.ts';
import { appendCookies, redirect } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import type { ConfirmSignOut } from './confirm-sign-out.ts';
import type { Journey } from './sign-out-journey.ts';
import type { TellProvider } from './tell-provider.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SignOutParts {
  readonly visits: Visits;
  readonly readAsked: ReadAsked;
  readonly store: Pick<SessionStore, 'load' | 'clear'>;
  readonly marks: SignOutMarks;
  readonly provider: Pick<Provider, 'signOut'>;
  /** Asks first where --sign-out-confirm says so; true when it has answered. */
  readonly confirm: ConfirmSignOut;
  readonly tellProvider: TellProvider;
  readonly journey: Journey;
  /** The wanted target with `{id_token}` filled in or dropped (security N2). */
  withIdToken(returnTo: ReturnTo, idToken: string | undefined): ReturnTo | URL;
}

export function signOut(parts: SignOutParts): RequestHandler {
  const { visits, readAsked, store, marks, provider, confirm } = parts;
  return async (req, res) => {
    const { parameters, returnTo } = await readAsked(req);
    const request = cookieRequest(req, visits.of(req));
    const session = await sessionOf(store, request);
    visits.of(req).username = session?.email || session?.user || undefined;
    forbidCaching(res);
    if (await confirm(req, res, { parameters, returnTo, session })) return;

    appendCookies(res, await store.clear(request));
    if (session !== undefined) await marks.endSession(session);

    const wish = parameters.get('rd') ?? req.get('x-auth-request-redirect') ?? '';
    const plan = provider.signOut.plan(provider.signOut.endpointIn(wish));
    const uiLocales = parameters.get('ui_locales');
    await carryOut(parts, { req, res, returnTo, hasWish: wish !== '', session, plan, uiLocales });
    if (session !== undefined) res.once('finish', () => void provider.signOut.revoke(session));
  };
}

/** Expired and unreadable sessions are signed out like any other; an old ID token still is a good hint. */
async function sessionOf(
  store: SignOutParts['store'],
  request: Parameters<SessionStore['load']>[0],
): Promise<Session | undefined> {
  const loaded = await store.load(request);
  if (loaded.kind === 'found') return loaded.session;
  return loaded.kind === 'none' ? loaded.expired : undefined;
}

interface Departure {
  readonly req: Request;
  readonly res: Response;
  readonly returnTo: ReturnTo;
  readonly hasWish: boolean;
  readonly session: Session | undefined;
  readonly plan: SignOutPlan;
  readonly uiLocales: string | undefined;
}

async function carryOut(parts: SignOutParts, departure: Departure): Promise<void> {
  const { req, res, returnTo, session, plan } = departure;
  const { journey, tellProvider, withIdToken } = parts;
  switch (plan.kind) {
    case 'local':
      tellProvider.notTold(req);
      return redirect(res, withIdToken(returnTo, session?.idToken));
    case 'redirect':
      return journey.toProvider(req, res, { ...departure, endpoint: plan.endpoint });
    case 'backend':
    case 'call': {
      const told = await tellProvider.tell(req, plan, session);
      const isKnown =
        told.kind === 'ended' || (told.kind === 'nothing_to_tell' && (departure.hasWish || plan.kind === 'call'));
      return isKnown ? redirect(res, withIdToken(returnTo, session?.idToken)) : journey.toExplanation(res, returnTo);
    }
    default:
      return assertNever(plan);
  }
}
