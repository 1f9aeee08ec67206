// Does a request bring the name and password of a user of the htpasswd file?
import type { AuthEvent } from '../lib/logger.ts';
import { readBasic } from '../request/authorization.ts';
import type { PasswordUsers } from './password-users.ts';
import type { Identify, SessionRequest } from './who-asks.ts';

export interface BasicSessionParts {
  readonly users: PasswordUsers;
  /** --prefer-email-to-user: the name stands for the e-mail too (reference). */
  readonly preferEmail: boolean;
  log(request: SessionRequest, event: Pick<AuthEvent, 'status' | 'message' | 'reason'> & { username: string }): void;
}

/** Wrong credentials are no refusal: the cookie may say who it is (reference: basic_session.go). */
export function basicSession({ users, preferEmail, log }: BasicSessionParts): Identify {
  return async (authorization, request) => {
    if (authorization.kind !== 'credentials' || authorization.scheme !== 'Basic') return { kind: 'none' };
    const given = readBasic(authorization.value);
    if (given === undefined) return { kind: 'none' };
    const verdict = await users.verify({ ...given, client: request.client });
    if (verdict.kind === 'fine') {
      log(request, {
        status: 'AuthSuccess',
        message: 'Authenticated via basic auth and HTpasswd File',
        username: given.user,
      });
      return { kind: 'session', session: users.session(given.user, preferEmail ? given.user : '') };
    }
    log(request, {
      status: 'AuthFailure',
      message: 'Invalid authentication via basic auth: not in Htpasswd File',
      reason: verdict.kind === 'later' ? verdict.because : 'password_wrong',
      username: given.user,
    });
    return { kind: 'none' };
  };
}
