// {prefix}/sign_in: the page with the button. Whoever sees it is signed out (reference: SignInPage), unless that is to be asked first.
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config/options.ts';
import type { Pages } from '../response/pages.ts';
import type { Provider } from '../provider/provider.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { SessionStore } from '../session/store.ts';
import { forbidCaching } from '../response/send.ts';
import { isCookieOf } from '../session/chunks.ts';
import { appendCookies } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import type { BeginSignIn } from './begin-sign-in.ts';
import { mayEndUnasked, refuseScripts, refuseStrangers } from './gate.ts';
import type { PasswordSignIn } from './password-sign-in.ts';
import { refuseUnknownSessions, storeOut } from './session-unknown.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SignInParts {
  readonly visits: Visits;
  readonly readAsked: ReadAsked;
  readonly beginSignIn: BeginSignIn;
  readonly showSignIn: ShowSignIn;
  readonly store: Pick<SessionStore, 'load'>;
  readonly passwordSignIn: PasswordSignIn;
  /** --skip-provider-button */
  readonly skipsButton: boolean;
}

export function signIn(parts: SignInParts): RequestHandler {
  const { readAsked, beginSignIn, showSignIn, skipsButton } = parts;
  return async (req, res) => {
    refuseStrangers(req);
    const asked = await readAsked(req);
    const { returnTo } = asked;
    const outcome = await parts.passwordSignIn(req, res, asked);
    if (outcome.kind === 'done') return;
    if (!skipsButton) return showSignIn(req, res, { status: outcome.status, returnTo });
    refuseScripts(req);
    await refuseUnknownSessions(parts, req);
    await beginSignIn(req, res, { returnTo, asked: asked.parameters.getAll }); // reference: as at start
  };
}

export type ShowSignIn = (req: Request, res: Response, page: { status: number; returnTo: ReturnTo }) => Promise<void>;

export interface ShowSignInParts {
  readonly cookieName: string;
  readonly signOutConfirm: Config['signOut']['signOutConfirm'];
  readonly visits: Visits;
  readonly pages: Pages;
  readonly provider: Provider;
  readonly store: Pick<SessionStore, 'clear' | 'notReadyBecause'>;
}

export function showSignIn({
  cookieName,
  signOutConfirm,
  visits,
  pages,
  provider,
  store,
}: ShowSignInParts): ShowSignIn {
  return async (req, res, page) => {
    // When no sign-in can begin, the page would only lead to an error, and its clearing of cookies would lose a session.
    await provider.whenReady();
    const because = await store.notReadyBecause();
    if (because !== undefined) throw storeOut(because);
    forbidCaching(res);
    const isOver = mayEndUnasked(req, signOutConfirm);
    if (isOver) appendCookies(res, await store.clear(cookieRequest(req, visits.of(req))));
    pages.sendSignIn(res, { ...page, sessionEnded: isOver && hasSessionCookie(req, cookieName) });
  };
}

function hasSessionCookie({ cookies }: Request, name: string): boolean {
  return Object.keys(cookies as object).some((cookie) => isCookieOf(name, cookie));
}
