// {prefix}/sign_out: ends the session here, tells the provider if it has an address for that, and sends the browser on.
import type { RequestHandler } from 'express';
import type { Provider } from '../provider/provider.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { SessionStore } from '../session/store.ts';
import { forbidCaching } from '../response/send.ts';
import { appendCookies, redirect } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import { refuseStrangers } from './gate.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SignOutParts {
  readonly visits: Visits;
  readonly readAsked: ReadAsked;
  readonly store: Pick<SessionStore, 'load' | 'clear'>;
  /** The wanted target with `{id_token}` filled in or dropped (security N2). */
  withIdToken(returnTo: ReturnTo, idToken: string | undefined): ReturnTo | URL;
  readonly provider: Pick<Provider, 'tellOfSignOut'>;
}

export function signOut({ visits, readAsked, store, withIdToken, provider }: SignOutParts): RequestHandler {
  return async (req, res) => {
    refuseStrangers(req);
    const { returnTo } = await readAsked(req);
    const request = cookieRequest(req, visits.of(req));
    const loaded = await store.load(request);
    const session = loaded.kind === 'found' ? loaded.session : undefined;
    visits.of(req).username = session?.email || session?.user || undefined;
    forbidCaching(res);
    appendCookies(res, await store.clear(request));
    if (session !== undefined) await provider.tellOfSignOut(session.idToken);
    redirect(res, withIdToken(returnTo, session?.idToken));
  };
}
