// POST {prefix}/sign_in: somebody signs in with a name and password of the htpasswd file.
import type { Request, Response } from 'express';
import { assertNever } from '../lib/assert-never.ts';
import type { Logger } from '../lib/logger.ts';
import type { PasswordUsers } from '../provider/password-users.ts';
import type { Parameters } from '../request/parameters.ts';
import { forbidCaching } from '../response/send.ts';
import type { SessionStore } from '../session/store.ts';
import { appendCookies, redirect } from './answer.ts';
import type { Asked } from './asked.ts';
import { storeOut } from './session-unknown.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface PasswordSignInParts {
  /** Undefined without --htpasswd-file: a POST is then like any other visit. */
  readonly passwords: PasswordUsers | undefined;
  readonly visits: Visits;
  readonly store: Pick<SessionStore, 'replace' | 'notReadyBecause'>;
  readonly logger: Pick<Logger, 'auth'>;
}

/** `done`: signed in and sent on. Otherwise the page is shown with this status. */
export type PasswordOutcome = { readonly kind: 'done' } | { readonly kind: 'page'; readonly status: number };

export type PasswordSignIn = (req: Request, res: Response, asked: Asked) => Promise<PasswordOutcome>;

export function passwordSignIn(parts: PasswordSignInParts): PasswordSignIn {
  const { passwords, visits, store } = parts;
  return async (req, res, { parameters, returnTo }) => {
    if (passwords === undefined || req.method !== 'POST') return page(200);
    const user = parameters.get('username') ?? '';
    if (user === '') return page(400);
    const visit = visits.of(req);
    const request = cookieRequest(req, visit);
    const verdict = await passwords.verify({ user, password: passwordIn(parameters), client: request.client });
    visit.username = user;
    switch (verdict.kind) {
      case 'fine':
        break;
      case 'wrong':
        log(parts, req, 'password_wrong');
        return page(401);
      case 'later':
        log(parts, req, verdict.because);
        res.setHeader('Retry-After', Math.ceil(verdict.waitMs / 1000));
        return page(429);
      default:
        return assertNever(verdict);
    }
    const because = await store.notReadyBecause();
    if (because !== undefined) throw storeOut(because);
    forbidCaching(res);
    // --prefer-email-to-user has no effect here (reference: ManualSignIn).
    appendCookies(res, await store.replace(request, passwords.session(user, '')));
    log(parts, req, undefined);
    redirect(res, returnTo);
    return { kind: 'done' };
  };
}

function page(status: number): PasswordOutcome {
  return { kind: 'page', status };
}

function passwordIn(parameters: Parameters): string {
  return parameters.get('password') ?? '';
}

function log({ visits, logger }: PasswordSignInParts, req: Request, reason: string | undefined): void {
  logger.auth({
    ...visits.facts(req),
    status: reason === undefined ? 'AuthSuccess' : 'AuthFailure',
    message: reason === undefined ? 'Authenticated via HtpasswdFile' : 'Invalid authentication via HtpasswdFile',
    reason,
  });
}
