// {prefix}/sign_out: ends the session here first, then tells the provider, then sends the browser on. No step can undo another.
import type { Request, RequestHandler, Response } from 'express';
import { assertNever } from '../lib/assert-never.ts';
import { withIdToken } from '../provider/end-session-url.ts';
import type { Provider } from '../provider/provider.ts';
import type { SignOutPlan } from '../provider/sign-out-plan.ts';
import { siteRoot, type ReturnTo } from '../request/return-to.ts';
import { forbidCaching } from '../response/send.ts';
import { nameOf, type Session } from '../session/session.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { SessionStore } from '../session/store.ts';
import { appendCookies, redirect } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import type { ConfirmSignOut } from './confirm-sign-out.ts';
import { heldSessions } from './held-sessions.ts';
import type { WithIdToken } from './id-token-placeholder.ts';
import type { Journey } from './sign-out-journey.ts';
import type { SignOutRecord } from './sign-out-record.ts';
import type { TellProvider } from './tell-provider.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SignOutParts {
  readonly visits: Visits;
  readonly readAsked: ReadAsked;
  readonly store: Pick<SessionStore, 'load' | 'clear'>;
  readonly refused: Pick<SessionStore, 'load' | 'clear'>;
  readonly marks: Pick<SignOutMarks, 'endSession'>;
  readonly provider: Pick<Provider, 'signOut'>;
  /** Asks first where --sign-out-confirm says so; true when it has answered. */
  readonly confirm: ConfirmSignOut;
  readonly record: SignOutRecord;
  readonly tellProvider: TellProvider;
  readonly journey: Journey;
  readonly fillIdToken: WithIdToken;
}

export function signOut(parts: SignOutParts): RequestHandler {
  const { visits, readAsked, store, refused, marks, provider, confirm, record } = parts;
  return async (req, res) => {
    const { parameters, returnTo } = await readAsked(req);
    const visit = visits.of(req);
    const request = cookieRequest(req, visit);
    const { sessions, because, unreadIds } = await heldSessions(parts, request);
    const [session] = sessions;
    visit.username = nameOf(session);
    // The end-session endpoint needs no whitelist, so it is looked for before targets were judged.
    const wish = provider.signOut.endpointIn(parameters.get('rd') ?? req.get('x-auth-request-redirect') ?? '');
    forbidCaching(res);
    if (await confirm(req, res, { parameters, rd: wish?.href ?? returnTo, session })) return;

    record.started(req, because);
    appendCookies(res, [...(await store.clear(request)), ...(await refused.clear(request))]);
    for (const id of [...sessions.map((held) => held.id), ...unreadIds]) await marks.endSession({ id });
    record.cleared(req);
    res.once('close', () => sessions.forEach((held) => void provider.signOut.revoke(held)));

    const departure = { req, res, returnTo, wish, session, uiLocales: parameters.get('ui_locales') };
    await carryOut(parts, provider.signOut.plan(wish), departure);
  };
}

interface Departure {
  readonly req: Request;
  readonly res: Response;
  readonly returnTo: ReturnTo;
  /** The wanted target when it is the end-session endpoint. */
  readonly wish: URL | undefined;
  readonly session: Session | undefined;
  readonly uiLocales: string | undefined;
}

async function carryOut(parts: SignOutParts, plan: SignOutPlan, departure: Departure): Promise<void> {
  const { req, session } = departure;
  const { record, tellProvider } = parts;
  switch (plan.kind) {
    case 'local':
      record.skipped(req, 'local_only');
      return goOn(parts, departure);
    case 'redirect':
      record.sent(req);
      return toProvider(parts, departure, plan.endpoint);
    case 'backend':
    case 'call': {
      const { kind } = await tellProvider(req, plan, session);
      if (plan.kind === 'call' && plan.isOptional) return goOn(parts, departure);
      // The browser goes there anyway, which ends what could not be ended without it.
      if (departure.wish !== undefined) return toProvider(parts, departure, departure.wish);
      const isDone = kind === 'ended' || (kind === 'nothing_to_tell' && plan.kind === 'call');
      return isDone ? goOn(parts, departure) : explain(parts, departure);
    }
    case 'unreachable':
      if (session === undefined) record.skipped(req, 'provider_not_ready');
      else record.notTold(req, { reason: 'provider_not_ready', ms: 0 });
      return explain(parts, departure);
    default:
      return assertNever(plan);
  }
}

function goOn({ fillIdToken }: SignOutParts, { res, returnTo, wish, session }: Departure): void {
  redirect(res, wish ? withIdToken(wish, session?.idToken) : fillIdToken(returnTo, session?.idToken));
}

/** Perhaps still signed in at the provider. Without a session here nobody knows: then a page that was wished for is as good. */
function explain({ journey, fillIdToken }: SignOutParts, { res, returnTo, session }: Departure): void {
  const target = fillIdToken(returnTo, undefined);
  if (session === undefined && target !== siteRoot) return redirect(res, target);
  journey.toExplanation(res, target);
}

function toProvider({ journey }: SignOutParts, departure: Departure, endpoint: URL): Promise<void> {
  const { req, res, session, wish, uiLocales } = departure;
  const returnTo = wish === undefined ? departure.returnTo : undefined;
  return journey.toProvider(req, res, { endpoint, returnTo, idToken: session?.idToken, uiLocales });
}
