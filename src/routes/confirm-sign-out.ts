// Does the user really want to sign out? (--sign-out-confirm, security F-4)
import type { Request, Response } from 'express';
import type { Config } from '../config/options.ts';
import type { Parameters } from '../request/parameters.ts';
import type { Pages } from '../response/pages.ts';
import type { Session } from '../session/session.ts';
import type { SignOutConfirmations } from '../session/sign-out-confirmation.ts';
import { refuseStrangers } from './gate.ts';

export interface Departing {
  readonly parameters: Parameters;
  /** Where the user is to go afterwards: judged, or the provider's end-session endpoint. */
  readonly rd: string;
  readonly session: Session | undefined;
}

/** True when the page was shown and nothing else is to be done. @throws Problem 403 for what other sites ask for */
export type ConfirmSignOut = (req: Request, res: Response, departing: Departing) => Promise<boolean>;

export interface ConfirmSignOutParts {
  readonly mode: Config['signOut']['signOutConfirm'];
  readonly confirmations: SignOutConfirmations;
  readonly pages: Pages;
}

export function confirmSignOut({ mode, confirmations, pages }: ConfirmSignOutParts): ConfirmSignOut {
  return async (req, res, { parameters, rd, session }) => {
    if (mode !== 'never') refuseStrangers(req);
    if (mode !== 'always') return false;
    const confirmation = req.method === 'POST' ? parameters.get('confirmation') : undefined;
    if (confirmation !== undefined && (await confirmations.isValid(confirmation, session))) return false;
    pages.sendConfirmSignOut(res, { rd, confirmation: await confirmations.issue(session) });
    return true;
  };
}
